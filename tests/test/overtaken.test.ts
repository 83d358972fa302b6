/** What happens to those whom others overtake, between any two of their calls. */
import { defineRun } from "@executus/core";
import type { Definition, JournalRecord, RunPatch } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { foreignRecord } from "../support/foreign-record.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { answerLost, fails, once, typesOf } from "../support/stores.ts";
import type { Interference } from "../support/stores.ts";

const leaseMs = 30_000;

/** Of one who waits for whatever a store call takes. */
const patient = { callTimeoutMs: 1e9, beginTimeoutMs: 1e9, leaseMs };

const nothing = { resumed: [], cancelled: [], exhausted: [], skipped: [] };

/** Waits in its first attempt, and ends in any other. */
const waits = defineRun("waits", { version: "1" }).phase("wait", ({ attempt, signal }) =>
  attempt === 1 ? untilAborted(signal) : `attempt ${attempt}`,
);

const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");

const broken = defineRun("broken", { version: "1" }).phase("break", () => {
  throw new RangeError("broken");
});

/** The nth call only. */
function nth(n: number, how: Interference): Interference {
  let calls = 0;
  return (call, args) => {
    calls += 1;
    return calls === n ? how(call, args) : undefined;
  };
}

/** Updates of rows that say so. */
function updates(status: RunPatch["status"], how: Interference): Interference {
  return (call, args) => ((args[1] as RunPatch).status === status ? how(call, args) : undefined);
}

/** Leaves the run "a" behind, which nobody drives. */
async function released({ spawn }: Bench): Promise<void> {
  const { executor } = spawn();
  (await executor.start(waits, { id: "a" })).result().catch(() => {});
  await executor.shutdown({ graceMs: 0 });
}

/** Runs "a" to its end elsewhere, and removes it. */
async function endAndDelete({ spawn }: Bench, definition: Definition<undefined, unknown> = waits) {
  const { executor } = spawn({ definitions: [definition] });
  await executor.recover();
  await executor.idle();
  expect(await executor.delete("a")).toBe(true);
}

/** Somebody claims the run, and has not told the row for two leases. */
async function tellingLate(stage: Bench) {
  await released(stage);
  const { executor, store } = stage.spawn({ definitions: [waits], ...patient });
  const told = gate();
  store.interfere(
    "updateRun",
    once((call) => told.opened.then(call)),
  );
  const sweeping = executor.recover();
  await stage.clock.advance(2 * leaseMs);
  return { executor, store, told, sweeping };
}

describe("a claimer", () => {
  test("whose row was told although the answer was lost has the run", async () => {
    await using stage = bench();
    await released(stage);
    const { executor, store } = stage.spawn({ definitions: [waits] });
    store.interfere("updateRun", once(answerLost));

    const sweeping = executor.recover();
    await stage.clock.advance(1000);

    expect(await sweeping).toEqual({ ...nothing, resumed: ["a"] });
    await executor.idle();
    expect(await executor.get("a")).toMatchObject({ status: "completed", attempt: 2 });
    expect(await typesOf(store, "a")).toEqual(["begin", "release", "claim", "complete"]);
  });

  test("that told the row so late that another has claimed the run since leaves it to that one", async () => {
    await using stage = bench();
    const { store, told, sweeping } = await tellingLate(stage);
    const held = gate();
    const holds = defineRun("waits", { version: "1" }).phase("wait", ({ attempt }) =>
      held.opened.then(() => `held by ${attempt}`),
    );
    const other = stage.spawn({ definitions: [holds], leaseMs }).executor;
    expect((await other.recover()).resumed).toEqual(["a"]);

    told.open();

    expect(await sweeping).toEqual(nothing);
    held.open();
    await other.idle();
    expect(await other.get("a")).toMatchObject({ status: "completed", output: "held by 2" });
    const types = ["begin", "release", "claim", "claim", "complete"];
    expect(await typesOf(store, "a")).toEqual(types);
  });

  for (const begunAnew of [false, true]) {
    const then = begunAnew ? ", and begun anew," : "";
    test(`that told the row so late that the run has been removed${then} leaves it`, async () => {
      await using stage = bench();
      const { executor, told, sweeping } = await tellingLate(stage);
      await endAndDelete(stage);
      if (begunAnew) await stage.spawn().executor.run(greet, { id: "a" });

      told.open();

      expect(await sweeping).toEqual(nothing);
      const { status } = (await executor.get("a")) ?? {};
      expect(status).toBe(begunAnew ? "completed" : undefined);
    });
  }

  for (const [what, verb, call] of [
    ["before it has read the journal", "lastRecord", 1],
    ["after it has read the journal", "getRun", 2],
  ] as const) {
    test(`of a run that is removed ${what} finds none`, async () => {
      await using stage = bench();
      await released(stage);
      const { executor, store } = stage.spawn({ definitions: [waits] });
      const overtaken: Interference = async (look) => {
        const seen = verb === "lastRecord" ? await look() : undefined;
        await endAndDelete(stage);
        return seen ?? look();
      };
      store.interfere(verb, nth(call, overtaken));

      expect(await executor.recover()).toEqual(nothing);
      expect(await executor.get("a")).toBeUndefined();
    });
  }

  test("of a run whose row has not been told of its end tells it, and finds nothing to do", async () => {
    await using stage = bench();
    const first = stage.spawn({ beginTimeoutMs: 100 });
    first.store.interfere("updateRun", fails());
    const running = first.executor.run(greet, { id: "a" });
    await stage.clock.advance(leaseMs);
    expect(await running).toBe("hi");
    const { executor, store } = stage.spawn({ definitions: [greet] });
    expect(await store.getRun("a")).toMatchObject({ status: "active" });

    expect(await executor.recover()).toEqual(nothing);

    expect(await store.getRun("a")).toMatchObject({ status: "completed", code: "" });
  });

  test("that loses the slot each time leaves the run to others, and says nothing", async () => {
    await using stage = bench();
    await released(stage);
    const { executor, store } = stage.spawn({ definitions: [waits] });
    store.interfere("append", () => Promise.resolve(false));

    const sweeping = executor.recover();
    await stage.clock.advance(10_000);

    expect(await sweeping).toEqual(nothing);
    expect((await stage.spawn({ definitions: [waits] }).executor.recover()).resumed).toEqual(["a"]);
  });

  test("leaves alone a run whose journal can be read less far than it goes", async () => {
    await using stage = bench();
    await released(stage);
    const { store } = stage.spawn();
    const before = await typesOf(store, "a");
    const { executor } = stage.spawn({
      definitions: [waits],
      store: {
        ...store,
        async *readJournal(journal, options) {
          const records = await Array.fromAsync(store.readJournal(journal, options));
          yield* records.slice(0, -1);
        },
      },
    });

    const sweeping = executor.recover();
    await stage.clock.advance(10_000);

    expect((await sweeping).resumed).toEqual([]);
    expect(await typesOf(store, "a")).toEqual(before);
  });
});

describe("a verb that is overtaken each time", () => {
  test("gives up, and says so: a cancellation whose slot is always taken", async () => {
    await using stage = bench();
    await released(stage);
    const { executor, store } = stage.spawn();
    store.interfere("append", () => Promise.resolve(false));

    const error = rejection(executor.cancel("a"));
    await stage.clock.advance(10_000);

    expect(await error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", runId: "a" });
  });

  test("gives up, and says so: a look at a run whose row is never repaired", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    store.interfere("updateRun", () => Promise.resolve(false));
    await executor.run(greet, { id: "a" });

    const error = rejection(executor.get("a"));
    await stage.clock.advance(600_000);

    expect(await error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", runId: "a" });
  });
});

describe("a reader", () => {
  for (const [what, left] of [
    ["nothing is left of it", 0],
    ["its end is left", 2],
  ] as const) {
    test(`of a run that is removed meanwhile finds none, although ${what}`, async () => {
      await using stage = bench();
      const two = greet.phase("again", () => "hi");
      const { executor, store } = stage.spawn();
      await executor.run(two, { id: "a" });
      const reader = stage.spawn({
        store: {
          ...store,
          async *readJournal(journal, options) {
            const records = await Array.fromAsync(store.readJournal(journal, options));
            await executor.delete("a");
            yield* records.slice(left === 0 ? records.length : 1);
          },
        },
      });

      expect(await reader.executor.get("a")).toBeUndefined();
    });
  }

  test("of a journal that seems empty, and is not, says that it is damaged, and removes nothing", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    await executor.run(greet, { id: "a" });
    const reader = stage.spawn({ store: { ...store, async *readJournal() {} } });

    const error = await rejection(reader.executor.get("a"));

    expect(error).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD", runId: "a" });
    expect(await executor.get("a")).toMatchObject({ status: "completed" });
  });

  test("that waits for the end of a run is told when it is deleted", async () => {
    await using stage = bench();
    await released(stage);
    const result = (await stage.spawn().executor.attach("a")).result();
    result.catch(() => {});
    await settle();
    await endAndDelete(stage);

    await stage.clock.advance(2000);

    expect(await rejection(result)).toMatchObject({
      code: "EXECUTUS_RUN_NOT_FOUND",
      runId: "a",
    });
  });
});

describe("an owner whose run has ended", () => {
  test("gives its result although somebody else told the row first", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const other = stage.spawn().executor;
    store.interfere("updateRun", async (call) => {
      expect(await other.get("a")).toMatchObject({ status: "completed" });
      return call();
    });

    expect(await executor.run(greet, { id: "a" })).toBe("hi");
  });

  test("gives its result although somebody else is removing the run already", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const other = stage.spawn();
    const removed = gate();
    other.store.interfere("deleteRun", (call) => removed.opened.then(call));
    store.interfere("updateRun", async (call) => {
      void other.executor.delete("a");
      await settle();
      expect(await other.store.getRun("a")).toMatchObject({ status: "deleting" });
      return call();
    });

    expect(await executor.run(greet, { id: "a" })).toBe("hi");
    removed.open();
  });

  test("gives its user's own error although somebody else has opened the run again already", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const other = stage.spawn();
    store.interfere(
      "updateRun",
      updates("failed", async (call) => {
        await other.executor.retry("a");
        return call();
      }),
    );

    const error = await rejection(executor.run(broken, { id: "a" }));

    expect(error).toBeInstanceOf(RangeError);
    expect(await other.store.getRun("a")).toMatchObject({ status: "active", owner: "", code: "" });
  });

  for (const begunAnew of [false, true]) {
    const then = begunAnew ? " and begun anew" : "";
    test(`is told that it is not its own any more if it was removed${then} before the row was told`, async () => {
      await using stage = bench();
      const { executor, store } = stage.spawn();
      const other = stage.spawn().executor;
      store.interfere("updateRun", async (call) => {
        expect(await other.delete("a")).toBe(true);
        if (begunAnew) await other.run(broken, { id: "a" }).catch(() => {});
        return call();
      });

      const error = await rejection(executor.run(greet, { id: "a" }));

      expect(error).toMatchObject({ code: "EXECUTUS_FENCED", runId: "a" });
    });
  }
});

describe("a row", () => {
  test("names nobody, and no failure, once its run is released, opened again or completed", async () => {
    await using stage = bench();
    let isBroken = true;
    const flaky = defineRun("flaky", { version: "1" }).phase("try", () => {
      if (isBroken) throw new RangeError("broken");
      return "mended";
    });
    const { executor, store } = stage.spawn();
    await released(stage);
    expect(await store.getRun("a")).toMatchObject({ owner: "", dueAt: 0, code: "" });
    await rejection(executor.run(flaky, { id: "b" }));

    await executor.retry("b");
    expect(await store.getRun("b")).toMatchObject({ status: "active", owner: "", code: "" });
    isBroken = false;
    await executor.run(flaky, { id: "b" });

    expect(await store.getRun("b")).toMatchObject({ status: "completed", code: "" });
  });

  test("is not set back by one who saw late that its run was opened again", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn({ definitions: [broken] });
    await rejection(executor.run(broken, { id: "a" }));
    const { incarnation = "" } = (await store.getRun("a")) ?? {};
    await store.append(incarnation, reopening(incarnation));
    const late = stage.spawn();
    const held: unknown[] = [];
    late.store.interfere(
      "updateRun",
      once(async (call) => {
        await rejection((await executor.retry("a")).result());
        const answer = await call();
        held.push(answer);
        return answer;
      }),
    );

    expect(await late.executor.get("a")).toMatchObject({ status: "failed" });

    expect(held).toEqual([false]);
  });

  test("whose removal was cut off is no run to whoever looks, and is removed", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    await executor.run(greet, { id: "a" });
    const row = await store.getRun("a");
    if (row === undefined) throw new Error("no row");
    const guard = { status: "completed", maxGeneration: 1 } as const;
    await store.updateRun(row, { status: "deleting", updatedAt: 0 }, guard);

    expect(await stage.spawn().executor.get("a")).toBeUndefined();
    expect(await store.getRun("a")).toBeUndefined();
  });
});

/** The record of a retry whose row has not been told. */
function reopening(journal: string): JournalRecord {
  return foreignRecord(journal, { seq: 3, type: "reopen", generation: 2 });
}
