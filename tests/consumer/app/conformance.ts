// The whole suite under node:test. Argument: a database.
import { test } from "node:test";
import { sqliteStore } from "@executus/adapter-sqlite";
import { storeConformance } from "@executus/testkit";

const [database = ""] = process.argv.slice(2);
const cases = await storeConformance({ create: () => sqliteStore({ database }) });

await test("the SQLite store", { concurrency: 8 }, async (suite) => {
  await Promise.all(
    cases.map(({ title, skip, run }) => suite.test(title, { skip, timeout: 60_000 }, run)),
  );
});
