import { defineRun, ExecutusError } from "@executus/core";
import type { JournalRecord, RunPatch } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { foreignRecord } from "../support/foreign-record.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { once, typesOf } from "../support/stores.ts";
import type { Interference } from "../support/stores.ts";

const typeOf = (args: readonly unknown[]): string => (args[1] as { type: string }).type;

/** Interferes with the first append of a type. */
function onceFor(
  type: string,
  how: (call: () => Promise<unknown>) => Promise<unknown>,
): Interference {
  const first = once(how);
  return (call, args) => (typeOf(args) === type ? first(call, args) : undefined);
}

const greet = defineRun("greet", { version: "1" })
  .phase("think", () => "hm")
  .phase("speak", () => "hi");

function reopening(journal: string, seq: number): JournalRecord {
  return foreignRecord(journal, { seq, type: "reopen", generation: 2 });
}

describe("an owner", () => {
  test("whose next slot is refused and empty stops: its journal is being removed", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    store.interfere("append", (_call, args) =>
      typeOf(args) === "save" ? Promise.resolve(false) : undefined,
    );

    const error = await rejection(executor.run(greet, { id: "a" }));

    expect(error).toMatchObject({ code: "EXECUTUS_FENCED" });
    expect(await typesOf(stage.place.open(), "a")).toEqual(["begin"]);
  });

  for (const [what, type, generation] of [
    ["a record of its own generation that it did not write", "save", 1],
    ["an older record", "save", 0],
    ["a request of a newer generation", "request", 2],
  ] as const) {
    test(`whose next slot has ${what} stops`, async () => {
      await using stage = bench();
      const { executor, store } = stage.spawn();
      store.interfere(
        "append",
        onceFor("save", async (call) => {
          const { incarnation = "" } = (await store.getRun("a")) ?? {};
          const other = stage.place.open();
          await other.append(incarnation, foreignRecord(incarnation, { seq: 2, type, generation }));
          return call();
        }),
      );

      const error = await rejection(executor.run(greet, { id: "a" }));

      expect(error).toMatchObject({ code: "EXECUTUS_FENCED", runId: "a", retryable: true });
      expect(await typesOf(stage.place.open(), "a")).toEqual(["begin", type]);
      const calls = store.calls.length;
      await stage.clock.advance(60_000);
      expect(store.calls).toHaveLength(calls);
    });
  }

  test("whose save meets a request to cancel stops at once", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const other = stage.spawn();
    store.interfere(
      "append",
      onceFor("save", async (call) => {
        await other.executor.cancel("a");
        return call();
      }),
    );

    const error = await rejection(executor.run(greet, { id: "a" }));

    expect(error).toMatchObject({ code: "EXECUTUS_CANCELLED", runId: "a" });
    expect(stage.clock.monotonic()).toBe(0);
    expect(await typesOf(stage.place.open(), "a")).toEqual(["begin", "request", "save", "fail"]);
  });

  test("whose save meets a request that this version does not know, or cannot read, goes on", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    store.interfere(
      "append",
      onceFor("save", async (call) => {
        const { incarnation = "" } = (await store.getRun("a")) ?? {};
        const other = stage.place.open();
        const request = foreignRecord(incarnation, { seq: 2, type: "request", generation: 1 });
        await other.append(incarnation, request);
        await other.append(incarnation, { ...request, seq: 3, data: "not a control line" });
        return call();
      }),
    );

    expect(await executor.run(greet, { id: "a" })).toBe("hi");

    expect(stage.logger.warnings()).toEqual([]);
    const types = ["begin", "request", "request", "save", "complete"];
    expect(await typesOf(stage.place.open(), "a")).toEqual(types);
  });

  test("whose end lands in a journal that is being emptied, of a run that another has ended, is fenced", async () => {
    await using stage = bench();
    const first = stage.spawn();
    const other = stage.spawn({ definitions: [greet] });
    first.store.interfere(
      "append",
      onceFor("complete", async (call) => {
        const row = await first.store.getRun("a");
        stage.clock.gone.add(row?.owner ?? "");
        await other.executor.recover();
        await other.executor.idle();
        const guard = { status: "completed", maxGeneration: 2 } as const;
        const ref = { id: "a", incarnation: row?.incarnation ?? "" };
        expect(await other.store.updateRun(ref, { status: "deleting", updatedAt: 0 }, guard)).toBe(
          true,
        );
        // The journal alone: the row is removed last.
        await other.store.deleteRun({ ...ref, id: "nobody" });
        return call();
      }),
    );

    const error = await rejection(first.executor.run(greet, { id: "a" }));

    expect(error).toMatchObject({ code: "EXECUTUS_FENCED" });
  });

  test("sees at its heartbeat that its run was claimed, before the claimer has told the row", async () => {
    await using stage = bench();
    const arrived = gate();
    const waits = defineRun("waits", { version: "1" }).phase("wait", ({ signal, attempt }) => {
      arrived.open();
      return attempt === 1 ? untilAborted(signal) : "taken over";
    });
    const first = stage.spawn();
    const running = first.executor.run(waits, { id: "a" });
    running.catch(() => {});
    await arrived.opened;
    // To the second it looks as if the first were gone; it is slow to tell the row.
    stage.clock.gone.add((await first.store.getRun("a"))?.owner ?? "");
    const second = stage.spawn({ definitions: [waits], callTimeoutMs: 60_000 });
    const told = gate();
    second.store.interfere("updateRun", (call) => told.opened.then(call));
    void second.executor.recover();
    await settle();
    expect(await typesOf(stage.place.open(), "a")).toEqual(["begin", "claim"]);

    await stage.clock.advance(10_000);

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
    told.open();
  });

  test("whose completion the store refuses for good records a failure instead", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const tooLarge = new ExecutusError("EXECUTUS_TOO_LARGE", "More than the store takes.");
    store.interfere("append", (_call, args) =>
      typeOf(args) === "complete" ? Promise.reject(tooLarge) : undefined,
    );

    expect(await rejection(executor.run(greet, { id: "a" }))).toBe(tooLarge);

    expect(await typesOf(stage.place.open(), "a")).toEqual(["begin", "save", "fail"]);
    expect(await executor.get("a")).toMatchObject({ status: "failed", code: "EXECUTUS_TOO_LARGE" });
  });
});

describe("two begins of one id at the same time", () => {
  test("are one run, and the other's first record is removed", async () => {
    await using stage = bench();
    const [a, b] = [stage.spawn(), stage.spawn()];

    const running = [a, b].map(({ executor }) => executor.run(greet, { id: "a" }));
    await stage.clock.advance(2000);

    expect(await Promise.all(running)).toEqual(["hi", "hi"]);
    const begun = [a, b].flatMap(({ store }) =>
      store.calls.flatMap(({ verb, args }) =>
        verb === "append" && typeOf(args) === "begin" ? [args[0] as string] : [],
      ),
    );
    expect(begun).toHaveLength(2);
    const kept = await Promise.all(begun.map((journal) => a.store.lastRecord(journal)));
    expect(kept.filter((record) => record !== undefined)).toHaveLength(1);
  });
});

describe("a deletion", () => {
  test("whose mark was set although its answer was lost, and finished by another, has deleted the run", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    await executor.run(greet, { id: "a" });
    const other = stage.spawn();
    store.interfere(
      "updateRun",
      once(async (call) => {
        await call();
        expect(await other.executor.get("a")).toBeUndefined();
        throw new Error("the answer was lost");
      }),
    );

    const deleting = executor.delete("a");
    await stage.clock.advance(1000);

    expect(await deleting).toBe(true);
  });
});

describe("a run that is removed, its last records first, while it is read", () => {
  test("is not seen to go on", async () => {
    await using stage = bench();
    const { executor } = stage.spawn();
    await executor.run(greet, { id: "a" });
    const { store } = stage.spawn();
    const reader = stage.spawn({
      store: {
        ...store,
        async *readJournal(journal, options) {
          const records = await Array.fromAsync(store.readJournal(journal, options));
          await executor.delete("a");
          yield* records.slice(0, -1);
        },
      },
    });

    expect(await reader.executor.get("a")).toBeUndefined();
  });
});

describe("a run that is removed, and a late reopening lands in its journal, while it is read", () => {
  test("is not seen to go on", async () => {
    await using stage = bench();
    const fails = defineRun("fails", { version: "1" }).phase("fail", () => {
      throw new Error("no");
    });
    const { executor } = stage.spawn();
    await rejection(executor.run(fails, { id: "a" }));
    const { store } = stage.spawn();
    const reader = stage.spawn({
      store: {
        ...store,
        async *readJournal(journal, options) {
          yield* await Array.fromAsync(store.readJournal(journal, options));
          if (await executor.delete("a")) yield reopening(journal, 3);
        },
      },
    });

    expect(await reader.executor.get("a")).toBeUndefined();
  });
});

describe("a retry of a run whose row has not been told of its end", () => {
  test("tells it, so that the end cannot undo it when it arrives", async () => {
    await using stage = bench();
    const arrives = gate();
    const fails = defineRun("fails", { version: "1" }).phase("fail", () => {
      throw new Error("no");
    });
    const first = stage.spawn();
    first.store.interfere("updateRun", async (call, args) => {
      const [, { status }] = args as [unknown, RunPatch];
      if (status === "failed") await arrives.opened;
      return call();
    });
    const running = rejection(first.executor.run(fails, { id: "a" }));
    await settle();
    // Somebody has read the row of an earlier end, and the end in the journal.
    const { incarnation = "" } = (await first.store.getRun("a")) ?? {};
    await first.store.append(incarnation, reopening(incarnation, 3));
    const other = stage.spawn();

    await other.executor.retry("a");
    arrives.open();
    await running;

    expect(await other.store.getRun("a")).toMatchObject({ status: "active", generation: 2 });
  });
});

describe("a journal with a hole", () => {
  test("is CORRUPT_RECORD, names the slot, and is never run or removed", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    await executor.run(greet, { id: "a" });
    const lossy = stage.spawn({
      store: {
        ...store,
        async *readJournal(journal, options) {
          for await (const record of store.readJournal(journal, options)) {
            if (record.seq !== 2) yield record;
          }
        },
      },
    });

    const error = await rejection(lossy.executor.get("a"));

    expect(error).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD", runId: "a" });
    expect((error as Error).message).toMatch(/^Record 2 of run "a" is missing/);
    expect(await typesOf(stage.place.open(), "a")).toEqual(["begin", "save", "complete"]);
  });
});
