import { randomUUID } from "node:crypto";
import type { RunRow, RunStore } from "@executus/core";
import { serverOrSkip } from "@executus/test-servers";
import { runRow as freshRow } from "@executus/testkit";
import { MongoClient } from "mongodb";
import type { Db, MongoClientOptions } from "mongodb";
import { inject, onTestFinished } from "vitest";
import { mongoStore } from "../src/index.ts";
import type { MongoStoreOptions } from "../src/index.ts";

/** A database of a test's own, and what the test does in it by itself. */
export interface TestDatabase {
  readonly url: string;
  readonly database: string;
  readonly client: MongoClient;
  readonly db: Db;
  /** An open store in it, disposed of when the test is over. */
  openStore(options?: Partial<MongoStoreOptions>): Promise<RunStore>;
}

/** @param skip - that of the test, which is skipped aloud where there is no server */
export function testDatabase(
  skip: (reason: string) => never,
  clientOptions: MongoClientOptions = {},
): TestDatabase {
  const { url } = serverOrSkip(inject("mongo"), skip);
  const database = `test-${randomUUID()}`;
  const client = new MongoClient(url, clientOptions);
  const db = client.db(database);
  onTestFinished(async () => {
    await db.dropDatabase();
    await client.close();
  });
  return {
    url,
    database,
    client,
    db,
    openStore: async (options = {}) => {
      const store = mongoStore({ client, database, ...options });
      onTestFinished(() => store[Symbol.asyncDispose]());
      await store.open();
      return store;
    },
  };
}

/** A row, always the same. */
export function runRow(changes: Partial<RunRow> = {}): RunRow {
  return freshRow({ id: "run-1", incarnation: "journal-1", ...changes });
}
