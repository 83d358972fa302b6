import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import type {
  BatchGetItemCommandInput,
  BatchWriteItemCommandInput,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { createExecutor, defineRun } from "@executus/core";
import { describe, expect, test } from "vitest";
import { rowKey } from "../src/items.ts";
import { errorOf, runRow, save, testTable } from "./fixtures.ts";

/** Lets a client answer a command in another way, before it is sent. */
function interfere(
  client: DynamoDBClient,
  command: string,
  how: (input: never, send: () => Promise<object>) => Promise<object>,
): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== `${command}Command`) return next(args);
        const send = async () => (await next(args)).output;
        return { output: (await how(args.input as never, send)) as never, response: {} };
      },
    { step: "initialize" },
  );
}

/** As DynamoDB does when it is short of capacity: a part of each batch comes back unprocessed. */
function processHalf(client: DynamoDBClient, table: string): void {
  interfere(client, "BatchWriteItem", async (input: BatchWriteItemCommandInput, send) => {
    const all = input.RequestItems?.[table] ?? [];
    const half = Math.ceil(all.length / 2);
    input.RequestItems = { [table]: all.slice(0, half) };
    const answer = await send();
    return { ...answer, UnprocessedItems: half < all.length ? { [table]: all.slice(half) } : {} };
  });
  interfere(client, "BatchGetItem", async (input: BatchGetItemCommandInput, send) => {
    const { Keys = [], ...how } = input.RequestItems?.[table] ?? {};
    const half = Math.ceil(Keys.length / 2);
    input.RequestItems = { [table]: { ...how, Keys: Keys.slice(0, half) } };
    const left = Keys.slice(half);
    const answer = await send();
    return { ...answer, UnprocessedKeys: left.length > 0 ? { [table]: { Keys: left } } : {} };
  });
}

function throttled(): Error {
  const message = "The level of configured provisioned throughput for the table was exceeded.";
  return Object.assign(new Error(message), { name: "ProvisionedThroughputExceededException" });
}

describe("batches that come back in part", () => {
  test("are read and removed to their end", async ({ skip }) => {
    const { client, table, openStore } = testTable(skip);
    processHalf(client, table);
    const store = await openStore();
    const rows = Array.from({ length: 30 }, (_, i) => runRow({ id: `run-${i}` }));
    await Promise.all(rows.map((row) => store.insertRun(row)));
    for (let seq = 1; seq <= 60; seq += 1) await store.append("journal-1", save(seq, "x"));

    const { runs } = await store.listRuns({ status: "active", limit: 100 });
    await store.deleteRun({ id: "run-1", incarnation: "journal-1" });

    expect(runs).toHaveLength(30);
    expect(await store.getRun("run-1")).toBeUndefined();
    expect(await store.lastRecord("journal-1")).toBeUndefined();
  });

  test("again and again are given up, as worth repeating", async ({ skip }) => {
    const { client, table, openStore } = testTable(skip);
    let sent = 0;
    interfere(client, "BatchGetItem", async (input: BatchGetItemCommandInput) => {
      sent += 1;
      return { UnprocessedKeys: input.RequestItems };
    });
    const store = await openStore();
    await store.insertRun(runRow());

    const error = await errorOf(store.listRuns({ status: "active", limit: 1 }));

    expect(error).toMatchObject({
      code: "EXECUTUS_STORE_UNAVAILABLE",
      retryable: true,
      message: `The table "${table}" is throttled. Raise its capacity.`,
    });
    expect(sent).toBe(10);
  });
});

test("a run goes on through throttling, with pauses between few requests", async ({ skip }) => {
  const { client, openStore } = testTable(skip);
  const store = await openStore();
  const phases = defineRun("work", { version: "1" })
    .phase("first", () => "kept")
    .phase("second", ({ outputs }) => `${outputs.first}, and done`);
  let puts = 0;
  interfere(client, "PutItem", async (_input, send) => {
    puts += 1;
    if (puts % 3 !== 0) throw throttled();
    return send();
  });
  await using executor = createExecutor({ store });

  expect(await executor.run(phases, { id: "a" })).toBe("kept, and done");
  // Begin, row, save, end: each at its third try.
  expect(puts).toBe(4 * 3);
});

describe("an item", () => {
  test("over 400 KB is EXECUTUS_TOO_LARGE, which is useless to repeat, and is not put", async ({
    skip,
  }) => {
    const { openStore } = testTable(skip);
    const store = await openStore();

    const error = await errorOf(store.append("journal-1", save(1, "x".repeat(500_000))));

    expect(error).toMatchObject({ code: "EXECUTUS_TOO_LARGE", retryable: false });
    expect(await store.lastRecord("journal-1")).toBeUndefined();
  });

  test("of the largest size that is declared is put, whatever it is made of", async ({ skip }) => {
    const { openStore } = testTable(skip);
    const store = await openStore();
    const most = store.limits.maxRecordBytes;
    const largest = save(Number.MAX_SAFE_INTEGER, "😀".repeat(most / 4));

    expect(await store.append("j".repeat(36), largest)).toBe(true);
    expect(await store.lastRecord("j".repeat(36))).toEqual(largest);
  });

  test("that somebody else has put in the place of a row is named, and none of its content", async ({
    skip,
  }) => {
    const { client, table, openStore } = testTable(skip);
    const store = await openStore();
    const item = { ...rowKey("run-1"), secret: { S: "s3cret" } };
    await client.send(new PutItemCommand({ TableName: table, Item: item }));

    const error = await errorOf(store.getRun("run-1"));

    expect(error).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD" });
    expect(String(error)).toContain('The item "run#run-1", "row" has no "incarnation"');
    expect(String(error)).not.toContain("s3cret");
  });
});
