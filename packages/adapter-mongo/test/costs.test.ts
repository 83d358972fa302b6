import { createExecutor, defineRun } from "@executus/core";
import type { JournalRecord } from "@executus/core";
import { journalRecord } from "@executus/testkit";
import { BSON } from "mongodb";
import type { CommandStartedEvent, CommandSucceededEvent, MongoClient } from "mongodb";
import { expect, test } from "vitest";
import { runRow, testDatabase } from "./fixtures.ts";

/** What a client has sent, and been answered, since. */
function watch(client: MongoClient) {
  const sent: CommandStartedEvent[] = [];
  const answers: CommandSucceededEvent[] = [];
  client.on("commandStarted", (event) => sent.push(event));
  client.on("commandSucceeded", (event) => answers.push(event));
  return {
    take(): string[] {
      return sent.splice(0).map(({ commandName }) => commandName);
    },
    /** Documents that came back, by collection. */
    read(): Record<string, number> {
      const counts: Record<string, number> = {};
      for (const { reply } of answers.splice(0)) {
        const { cursor } = reply as Reply;
        if (cursor === undefined) continue;
        const { ns, firstBatch = [], nextBatch = [] } = cursor;
        const name = ns.slice(ns.indexOf(".") + 1);
        counts[name] = (counts[name] ?? 0) + firstBatch.length + nextBatch.length;
      }
      return counts;
    },
    lastSent: () => sent.at(-1)?.command as Record<string, unknown>,
  };
}

interface Reply {
  readonly cursor?: {
    readonly ns: string;
    readonly firstBatch?: readonly unknown[];
    readonly nextBatch?: readonly unknown[];
  };
}

const monitored = { monitorCommands: true };

function save(seq: number, data: string): JournalRecord {
  const [nonce, at, checksum] = [crypto.randomUUID(), 1_800_000_000_000, 4_000_000_000];
  return journalRecord(seq, { type: "save", nonce, at, data, checksum });
}

test("each verb that the core uses to save, look and beat is one command", async ({ skip }) => {
  const { client, openStore } = testDatabase(skip, monitored);
  const store = await openStore();
  const row = runRow();
  const watched = watch(client);
  const guard = { status: "active", maxGeneration: 1 } as const;

  await store.insertRun(row);
  await store.append(row.incarnation, save(1, "x"));
  await store.append(row.incarnation, save(1, "x"));
  await store.updateRun(row, { dueAt: 2, updatedAt: 2 }, guard);
  await store.updateRun(row, { status: "completed", updatedAt: 3 }, guard);
  await store.getRun(row.id);
  await store.lastRecord(row.incarnation);

  expect(watched.take()).toEqual([
    "insert",
    "insert",
    "insert",
    "update",
    "update",
    "find",
    "find",
  ]);
});

test("a save is a document of its new data and less than 250 bytes, whatever came before", async ({
  skip,
}) => {
  const { client, openStore } = testDatabase(skip, monitored);
  const store = await openStore();
  const journal = crypto.randomUUID();
  const watched = watch(client);
  const sizes: number[] = [];

  for (const seq of [1, 20, 20_000]) {
    await store.append(journal, save(seq, "x".repeat(2_048)));
    const [document] = watched.lastSent()["documents"] as [object];
    sizes.push(BSON.calculateObjectSize(document));
  }

  expect(new Set(sizes).size).toBe(1);
  expect(sizes[0]).toBeLessThan(2_048 + 250);
});

test("recovery among 20,000 finished runs reads the 50 that are active, and no other row", async ({
  skip,
}) => {
  const { client, db, openStore } = testDatabase(skip, monitored);
  const definition = defineRun("work", { version: "1" })
    .phase("first", () => "kept")
    .phase("second", ({ attempt, signal }) =>
      attempt > 1
        ? `done by attempt ${attempt}`
        : new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason as Error));
          }),
    );
  const first = createExecutor({ store: await openStore(), keepStore: true });
  const ids = Array.from({ length: 50 }, (_, i) => `active-${i}`);
  const handles = await Promise.all(ids.map((id) => first.start(definition, { id })));
  for (const handle of handles) handle.result().catch(() => {});
  await first.shutdown({ graceMs: 0 });
  const finished = Array.from({ length: 20_000 }, (_, i) => {
    const { id, ...members } = runRow({ id: `finished-${i}`, status: "completed", dueAt: 1 });
    return { _id: id, ...members };
  });
  await db.collection<{ _id: string }>("runs").insertMany(finished);
  const second = createExecutor({
    store: await openStore(),
    definitions: [definition],
    keepStore: true,
  });
  const watched = watch(client);

  const { resumed } = await second.recover();
  await second.idle();
  const { runs, records } = watched.read();
  await second[Symbol.asyncDispose]();

  expect(resumed).toHaveLength(50);
  // Each row: once in the listing, and three times when it is claimed.
  expect(runs).toBeLessThanOrEqual(5 * 50);
  // Each journal has three records: the last one is looked at, and all are read.
  expect(records).toBeLessThanOrEqual(6 * 50);
});
