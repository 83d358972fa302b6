import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { createExecutor, defineLoop, defineRun } from "@executus/core";
import { describe, expect, test } from "vitest";
import { toRowItem } from "../src/items.ts";
import { runRow, save, testTable } from "./fixtures.ts";
import { meter } from "./metering.ts";

describe("capacity units", () => {
  test("of a save are one per started KiB of new content, and one, whatever came before", async ({
    skip,
  }) => {
    const { client, openStore } = testTable(skip);
    const newBill = meter(client);
    const text = "x".repeat(1_024);
    const chat = defineLoop<null, string, number>("chat", {
      version: "1",
      maxTurns: 400,
      turn: ({ turn }) => ({ append: [text, text], done: turn === 400, output: turn }),
    });
    const store = await openStore();
    const costs: number[] = [];
    const append = store.append;
    const counting = {
      ...store,
      append: async (...args: Parameters<typeof append>) => {
        const bill = newBill();
        const put = await append(...args);
        if (args[1].type === "save") costs.push(bill.total);
        return put;
      },
    };
    await using executor = createExecutor({ store: counting });

    await executor.run(chat, { id: "chat", input: null });

    expect(costs).toHaveLength(399);
    expect(Math.max(...costs)).toBeLessThanOrEqual(2 + 1);
    expect(costs.at(-1)).toBe(costs[0]);
  });

  test("of a heartbeat are one for the row and two for the index of due runs", async ({ skip }) => {
    const { client, openStore } = testTable(skip);
    const newBill = meter(client);
    const store = await openStore();
    const row = runRow();
    await store.insertRun(row);

    const bill = newBill();
    const patch = { dueAt: 3_000, updatedAt: 2_000 };
    await store.updateRun(row, patch, { status: "active", maxGeneration: 1 });

    expect(bill).toEqual({ requests: ["UpdateItem"], total: 3, read: 0, indexes: 2 });
  });

  test("of an end are a read for the queue, one for the row and two for each index", async ({
    skip,
  }) => {
    const { client, openStore } = testTable(skip);
    const newBill = meter(client);
    const store = await openStore();
    const row = runRow();
    await store.insertRun(row);

    const bill = newBill();
    const patch = { status: "completed", updatedAt: 2_000 } as const;
    await store.updateRun(row, patch, { status: "active", maxGeneration: 1 });

    expect(bill).toEqual({ requests: ["GetItem", "UpdateItem"], total: 6, read: 1, indexes: 4 });
  });

  test("of an append that loses its slot, of a look and of a begin are one request each", async ({
    skip,
  }) => {
    const { client, openStore } = testTable(skip);
    const newBill = meter(client);
    const store = await openStore();
    const bill = newBill();

    await store.insertRun(runRow());
    await store.append("journal-1", save(1, "x"));
    await store.append("journal-1", save(1, "y"));
    await store.getRun("run-1");
    await store.lastRecord("journal-1");

    expect(bill.requests).toEqual(["PutItem", "PutItem", "PutItem", "GetItem", "Query"]);
  });
});

test("recovery among 20,000 finished runs reads in the order of the 50 that are active", async ({
  skip,
}) => {
  const { client, table, openStore } = testTable(skip);
  const newBill = meter(client);
  const definition = defineRun("work", { version: "1" })
    .phase("first", () => "kept")
    .phase("second", ({ attempt, signal }) =>
      attempt > 1
        ? `done by attempt ${attempt}`
        : new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason as Error));
          }),
    );
  const store = await openStore();
  const first = createExecutor({ store, keepStore: true });
  const ids = Array.from({ length: 50 }, (_, i) => `active-${i}`);
  const handles = await Promise.all(ids.map((id) => first.start(definition, { id })));
  for (const handle of handles) handle.result().catch(() => {});
  await first.shutdown({ graceMs: 0 });
  for (let from = 0; from < 20_000; from += 25) {
    const puts = Array.from({ length: 25 }, (_, i) => ({
      PutRequest: { Item: toRowItem(runRow({ id: `finished-${from + i}`, status: "completed" })) },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
  const second = createExecutor({ store, definitions: [definition], keepStore: true });

  const sweep = newBill();
  const { resumed } = await second.recover();
  const { read } = sweep;
  await second.idle();
  await second[Symbol.asyncDispose]();

  expect(resumed).toHaveLength(50);
  // A row is read with its listing, and twice when it is claimed; its journal's end once, all of it once.
  expect(read).toBeLessThanOrEqual(8 * 50);
});
