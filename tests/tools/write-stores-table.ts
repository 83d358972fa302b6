/** Runs the whole suite on each store, and writes how they did into the README. */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { memoryData, memoryStore } from "@executus/adapter-memory";
import { dynamoStore } from "@executus/adapter-dynamo";
import { mongoStore } from "@executus/adapter-mongo";
import type { RunStore } from "@executus/core";
import { isMissing, startDynamo, startMongo } from "@executus/test-servers";
import type { Missing, TestServer } from "@executus/test-servers";
import { storeConformance } from "@executus/testkit";
import { sqlitePlace } from "../support/stores.ts";
import { withTable } from "./stores-table.ts";
import type { Result } from "./stores-table.ts";

const readme = new URL("../../README.md", import.meta.url);

function there(server: TestServer | Missing): TestServer {
  if (isMissing(server)) throw new Error(server.missing);
  return server;
}

/** @param fresh - makes a way to open handles on data that nobody has used */
async function resultOf(
  name: string,
  folder: string,
  fresh: () => () => RunStore,
  server?: string,
): Promise<Result> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const listed = await storeConformance({ create: fresh() });
  for (const [index, { title }] of listed.entries()) {
    const [found] = (await storeConformance({ create: fresh() })).slice(index);
    if (found === undefined || found.skip !== false) {
      counts.skipped += 1;
      continue;
    }
    try {
      await found.run();
      counts.passed += 1;
    } catch (error) {
      counts.failed += 1;
      console.error(`${name}: ${title}\n`, error);
    }
  }
  const { durable, multiProcess } = fresh()().capabilities;
  console.log(name, counts);
  return { name, folder, durable, multiProcess, server, ...counts };
}

await using mongo = there(await startMongo());
await using dynamo = there(await startDynamo());
const places: Disposable[] = [];
process.env["AWS_ACCESS_KEY_ID"] ??= "local";
process.env["AWS_SECRET_ACCESS_KEY"] ??= "local";

const results = [
  await resultOf("memory", "adapter-memory", () => {
    const data = memoryData();
    return () => memoryStore({ data });
  }),
  await resultOf("SQLite", "adapter-sqlite", () => {
    const place = sqlitePlace();
    places.push(place);
    return () => place.open();
  }),
  await resultOf(
    "MongoDB",
    "adapter-mongo",
    () => {
      const database = `stores-${randomUUID()}`;
      return () => mongoStore({ url: mongo.url, database });
    },
    mongo.name,
  ),
  await resultOf(
    "DynamoDB",
    "adapter-dynamo",
    () => () =>
      dynamoStore({ table: "stores", endpoint: dynamo.url, region: "local", createTable: true }),
    dynamo.name,
  ),
];
for (const place of places) place[Symbol.dispose]();

writeFileSync(readme, withTable(readFileSync(readme, "utf8"), results));
if (results.some(({ failed }) => failed > 0)) process.exitCode = 1;
