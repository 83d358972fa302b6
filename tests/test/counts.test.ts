import { createExecutor, defineLoop, defineRun } from "@executus/core";
import type { JournalRecord, RunStore } from "@executus/core";
import { describe, expect, test } from "vitest";
import { testClock } from "../support/clock.ts";
import { journalOf, places, watched } from "../support/stores.ts";

const verbsOf = (calls: readonly { readonly verb: string }[]): string[] =>
  calls.map(({ verb }) => verb);

for (const open of places) {
  describe(`what a run costs on ${open().name}`, () => {
    test("one store call per checkpoint, and one less at the end than there are boundaries", async () => {
      using place = open();
      const store = watched(place.open());
      await using executor = createExecutor({ store, runtime: testClock() });
      const five = ["a", "b", "c", "d", "e"].reduce(
        (definition, name) => definition.phase(name, () => name),
        defineRun("five", { version: "1" }).phase("start", () => "start"),
      );

      await executor.run(five);

      expect(verbsOf(store.calls)).toEqual([
        "append", // begin
        "insertRun",
        ...Array<string>(5).fill("append"), // saves
        "append", // complete, with the last output
        "updateRun",
      ]);
    });

    test("a run that is claimed reads its row twice, its last record and its journal", async () => {
      using place = open();
      const store = place.open();
      const stopped = createExecutor({ store, runtime: testClock(), keepStore: true });
      const waits = defineRun("waits", { version: "1" })
        .phase("a", () => "A")
        .phase("b", ({ signal, attempt }) =>
          attempt > 1
            ? "B"
            : new Promise<string>((_resolve, reject) => {
                signal.addEventListener("abort", () => reject(signal.reason));
              }),
        );
      const handle = await stopped.start(waits, { id: "a" });
      handle.result().catch(() => {});
      await stopped.shutdown({ graceMs: 0 });
      const again = watched(store);
      await using executor = createExecutor({
        store: again,
        runtime: testClock(),
        definitions: [waits],
      });

      await executor.recover();
      await executor.idle();

      expect(verbsOf(again.calls)).toEqual([
        "listRuns", // active runs
        "getRun",
        "lastRecord",
        "readJournal",
        "getRun",
        "append", // claim
        "updateRun",
        "listRuns", // removals that were cut off
        "append", // complete
        "updateRun",
      ]);
    });

    test("the bytes of a save do not depend on how long the history is, and are the new data and little more", async () => {
      using place = open();
      const store = place.open();
      await using executor = createExecutor({ store, runtime: testClock() });
      const message = { role: "user", content: "x".repeat(1024) };
      const loop = defineLoop<undefined, typeof message>("loop", {
        version: "1",
        maxTurns: 1000,
        turn: ({ turn }) => ({ append: [message, message], done: turn === 401 }),
      });

      await executor.run(loop, { id: "long" });

      const journal = await journalOf(store, "long");
      const saves = journal.filter(({ type }) => type === "save").map(sizeOf);
      const raw = 2 * JSON.stringify(message).length;
      expect(saves).toHaveLength(400);
      expect(Math.max(...saves)).toBeLessThanOrEqual(1.15 * raw + 250);
      // The numbers of turns and of messages are all that grows.
      expect((saves[399] ?? 0) - (saves[0] ?? 0)).toBeLessThanOrEqual(4);
    });

    test("a run's output that is its last phase's is written once", async () => {
      using place = open();
      const store = place.open();
      await using executor = createExecutor({ store, runtime: testClock() });
      const output = "y".repeat(10_000);
      const one = defineRun("one", { version: "1" }).phase("only", () => output);

      await executor.run(one, { id: "a" });

      const total = (await journalOf(store, "a")).map(sizeOf).reduce((a, b) => a + b, 0);
      expect(total).toBeLessThan(11_000);
    });

    test("what is in chunks is read when it is its turn, and is not kept in memory before", async () => {
      using place = open();
      const limits = { maxRecordBytes: 1_024 };
      const store = { ...place.open(), limits };
      let chunked = 0;
      const reader: RunStore = {
        ...store,
        readChunks(journal, nonce) {
          chunked += 1;
          return store.readChunks(journal, nonce);
        },
      };
      await using executor = createExecutor({ store: reader, runtime: testClock() });
      const phases = ["a", "b", "c", "d"].reduce(
        (definition, name) => definition.phase(name, () => name.repeat(5_000)),
        defineRun("large", { version: "1" }).phase("start", () => "small"),
      );
      await executor.run(phases, { id: "a" });
      chunked = 0;

      const before: Record<string, number> = {};
      for await (const event of (await executor.attach("a")).events()) {
        if (event.type === "phase-completed") before[event.name] = chunked;
      }

      expect(before).toEqual({ start: 1, a: 1, b: 2, c: 3, d: 4 });
    });

    test("a heartbeat is one update of the row and one read of the last record", async () => {
      using place = open();
      const store = watched(place.open());
      const clock = testClock();
      await using executor = createExecutor({ store, runtime: clock, leaseMs: 30_000 });
      const waits = defineRun("waits", { version: "1" }).phase("wait", () => new Promise(() => {}));
      const handle = await executor.start(waits, { id: "a" });
      handle.result().catch(() => {});
      const before = store.calls.length;

      await clock.advance(30_000);
      const beats = verbsOf(store.calls.slice(before));
      const stopping = executor.shutdown({ graceMs: 0 });
      await clock.advance(5000);
      await stopping;

      expect(beats).toEqual([1, 2, 3].flatMap(() => ["updateRun", "lastRecord"]));
    });
  });
}

function sizeOf({ data }: JournalRecord): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}
