import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { JournalRecord, RunRow, RunStore } from "@executus/core";
import { serverOrSkip } from "@executus/test-servers";
import { journalRecord, runRow as freshRow } from "@executus/testkit";
import { inject, onTestFinished } from "vitest";
import { dynamoStore } from "../src/index.ts";
import type { DynamoStoreOptions } from "../src/index.ts";
import { clientOf } from "./clients.ts";

/** A table of a test's own, which is not made yet. */
export interface TestTable {
  readonly endpoint: string;
  readonly table: string;
  readonly client: DynamoDBClient;
  /** An open store in it, disposed of when the test is over. */
  openStore(options?: DynamoStoreOptions): Promise<RunStore>;
}

/** @param skip - that of the test, which is skipped aloud where there is no server */
export function testTable(skip: (reason: string) => never): TestTable {
  const { url: endpoint } = serverOrSkip(inject("dynamo"), skip);
  const table = `test-${randomUUID()}`;
  const client = clientOf(endpoint);
  onTestFinished(() => client.destroy());
  return {
    endpoint,
    table,
    client,
    openStore: async (options = {}) => {
      const store = dynamoStore({ client, table, createTable: true, ...options });
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

/** A record, of which only the data may be large. */
export function save(seq: number, data: string): JournalRecord {
  const [nonce, at, checksum] = [randomUUID(), 1_800_000_000_000, 4_000_000_000];
  return journalRecord(seq, { type: "save", nonce, at, data, checksum });
}

export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection, and there was none.");
}
