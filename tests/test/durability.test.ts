import { getEventListeners } from "node:events";
import { createExecutor, defineLoop, defineRun, ExecutusError } from "@executus/core";
import type { Definition, ExecutorOptions } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { settle, testClock } from "../support/clock.ts";
import { testLogger } from "../support/logger.ts";
import { rejection, untilAborted } from "../support/promises.ts";
import { recorder } from "../support/recorder.ts";
import {
  answerLost,
  fails,
  hangs,
  memoryPlace,
  once,
  typesOf,
  watched,
} from "../support/stores.ts";
import type { Interference } from "../support/stores.ts";

const greet = defineRun<{ name: string }>("greet", { version: "1" })
  .phase("think", ({ input }) => input.name.length)
  .phase("speak", ({ outputs, input }) => `${input.name}: ${outputs.think}`);

const input = { name: "Ada" };

function setUp(options: ExecutorOptions = {}) {
  const clock = testClock();
  const logger = testLogger();
  const place = memoryPlace();
  const store = watched(place.open());
  const looking = place.open();
  const executor = createExecutor({ store, runtime: clock, logger, ...options });
  return { clock, logger, store, looking, executor };
}

/** Moves time while something is waited for. */
async function during<T>(clock: ReturnType<typeof testClock>, promise: Promise<T>): Promise<T> {
  let over = false;
  const settled = promise.then(
    () => (over = true),
    () => (over = true),
  );
  while (!over) {
    await clock.advance(1000);
    await Promise.race([settled, settle()]);
  }
  return promise;
}

describe("a begin that fails", () => {
  test("before anything could make the run exist lets a run of a made id go on, and says so", async () => {
    const { executor, store, logger, clock, looking } = setUp();
    store.interfere("append", fails());

    expect(await during(clock, executor.run(greet, { input }))).toBe("Ada: 3");

    expect(logger.warnings()).toHaveLength(1);
    expect(logger.warnings()[0]).toMatch(/without one/);
    expect((await looking.listRuns({ status: "active", limit: 10 })).runs).toEqual([]);
  });

  for (const [what, open] of [
    ["fails", () => Promise.reject(new Error("no route to host"))],
    ["hangs", () => new Promise<void>(() => {})],
  ] as const) {
    test(`because opening the store ${what} lets a run of a made id go on, and rejects one of a given id`, async () => {
      const { store, clock, logger } = setUp();
      const executor = createExecutor({ store: { ...store, open }, runtime: clock, logger });

      expect(await during(clock, executor.run(greet, { input }))).toBe("Ada: 3");
      expect(logger.warnings()).toHaveLength(1);

      const error = await rejection(during(clock, executor.run(greet, { id: "a", input })));
      expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", uncertain: false });
      expect(store.calls).toEqual([]);
    });
  }

  test("lets a run of a given id go on once it has read that there is no such run", async () => {
    const { executor, store, clock, logger } = setUp();
    store.interfere("append", fails());

    expect(await during(clock, executor.run(greet, { id: "a", input }))).toBe("Ada: 3");

    expect(logger.warnings()).toHaveLength(1);
  });

  test("rejects a run of a given id if it could not read whether there is one", async () => {
    const { executor, store, clock } = setUp();
    store.interfere("getRun", fails());

    const error = await rejection(during(clock, executor.run(greet, { id: "a", input })));

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", retryable: true });
  });

  test("rejects with uncertain: true when the row may have been inserted", async () => {
    const { executor, store, clock } = setUp();
    store.interfere("insertRun", hangs);

    const error = await rejection(during(clock, executor.run(greet, { input })));

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", uncertain: true });
  });

  test("rejects when durability is required", async () => {
    const { executor, store, clock } = setUp({ durability: "required" });
    store.interfere("append", fails());

    const error = await rejection(during(clock, executor.run(greet, { input })));

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE" });
  });

  test("rejects a start, which never degrades", async () => {
    const { executor, store, clock } = setUp();
    store.interfere("append", fails());

    const error = await rejection(during(clock, executor.start(greet, { input })));

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE" });
  });

  test("for a misconfigured store always rejects, at once", async () => {
    const { executor, store } = setUp();
    const wrong = new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", "No such table.");
    store.interfere("append", fails(wrong));

    expect(await rejection(executor.run(greet, { input }))).toBe(wrong);
  });

  test("of a custom factory lets the run go on, and says so", async () => {
    const record = recorder({ begin: () => Promise.reject(new Error("down")) });
    const logger = testLogger();
    const executor = createExecutor({ checkpointers: record, logger });

    expect(await executor.run(greet, { id: "a", input })).toBe("Ada: 3");

    expect(record.verbs()).toEqual(["begin"]);
    expect(logger.warnings()).toHaveLength(1);
  });

  test("of a custom factory past its time limit rejects, and releases what comes too late", async () => {
    let begin = (): void => {};
    const record = recorder({ begin: () => new Promise((resolve) => (begin = resolve)) });
    const clock = testClock();
    const executor = createExecutor({
      checkpointers: record,
      runtime: clock,
      logger: testLogger(),
    });

    const error = await rejection(during(clock, executor.run(greet, { id: "a", input })));
    begin();
    await settle();

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", uncertain: true });
    expect(record.verbs()).toEqual(["begin", "release"]);
  });
});

test("a record that is begun too late and cannot be released is logged", async () => {
  let begin = (): void => {};
  const record = recorder({
    begin: () => new Promise((resolve) => (begin = resolve)),
    release: () => Promise.reject(new Error("down")),
  });
  const clock = testClock();
  const logger = testLogger();
  const executor = createExecutor({ checkpointers: record, runtime: clock, logger });

  await rejection(during(clock, executor.run(greet, { id: "a", input })));
  begin();
  await settle();

  expect(logger.warnings()).toContainEqual(expect.stringMatching(/could not be released/));
});

describe("a begin whose answer is lost", () => {
  for (const verb of ["append", "insertRun"] as const) {
    test(`at ${verb} is recognised as its own`, async () => {
      const { executor, store, looking, clock } = setUp();
      store.interfere(verb, once(answerLost));

      expect(await during(clock, executor.run(greet, { id: "a", input }))).toBe("Ada: 3");

      expect(await typesOf(looking, "a")).toEqual(["begin", "save", "complete"]);
    });
  }
});

describe("a save that fails", () => {
  test("is repeated with the same record in the same slot until it is acknowledged", async () => {
    const { executor, store, looking, clock } = setUp();
    const off = store.interfere("append", (_call, [, record]) =>
      (record as { type: string }).type === "save" ? fails()(async () => {}, []) : undefined,
    );

    const running = executor.run(greet, { id: "a", input });
    await clock.advance(500);
    off();

    expect(await during(clock, running)).toBe("Ada: 3");
    const saves = store.calls.flatMap(({ verb, args }) =>
      verb === "append" && (args[1] as { type: string }).type === "save" ? [args[1]] : [],
    );
    expect(saves.length).toBeGreaterThan(1);
    for (const save of saves) expect(save).toEqual(saves[0]);
    expect(await typesOf(looking, "a")).toEqual(["begin", "save", "complete"]);
  });

  test("past its time limit is logged, and the next one carries what is missing", async () => {
    const { executor, store, looking, clock, logger } = setUp({
      saveTimeoutMs: 3000,
      leaseMs: 1e9,
    });
    const off = store.interfere("append", (_call, [, record]) =>
      (record as { type: string }).type === "save" ? fails()(async () => {}, []) : undefined,
    );
    const steps = defineLoop<undefined, number, number>("steps", {
      version: "1",
      turn: ({ turn, history }) => {
        if (turn === 2) off();
        return { append: [turn], done: turn === 4, output: history.length };
      },
    });

    expect(await during(clock, executor.run(steps, { id: "a" }))).toBe(3);

    expect(logger.warnings()).toEqual([expect.stringMatching(/could not be saved/)]);
    expect(await executor.get("a")).toMatchObject({ status: "completed", turns: 4 });
    expect(await typesOf(looking, "a")).toEqual(["begin", "save", "save", "save", "complete"]);
  });

  test("of a custom checkpointer is called once per boundary, logged, and does not stop the run", async () => {
    const record = recorder({ save: () => Promise.reject(new Error("disk full")) });
    const logger = testLogger();
    const executor = createExecutor({ checkpointers: record, logger });

    expect(await executor.run(greet, { id: "a", input })).toBe("Ada: 3");

    expect(record.verbs()).toEqual(["begin", "save", "complete"]);
    expect(logger.warnings()).toHaveLength(1);
  });

  test("of a custom checkpointer that hangs holds the run up no longer than its time limit", async () => {
    const record = recorder({ save: () => new Promise(() => {}) });
    const clock = testClock();
    const executor = createExecutor({
      checkpointers: record,
      runtime: clock,
      logger: testLogger(),
    });

    expect(await during(clock, executor.run(greet, { id: "a", input }))).toBe("Ada: 3");
  });

  test("because a custom checkpointer is not the run's any more stops the run, and records nothing else", async () => {
    const fenced = new ExecutusError("EXECUTUS_FENCED", "Another has it.");
    const { checkpointer, ...record } = recorder({ save: () => Promise.reject(fenced) });
    const { signal: _, ...quiet } = checkpointer;
    const executor = createExecutor({
      checkpointers: { begin: () => Promise.resolve(quiet) },
      logger: testLogger(),
    });
    const ran: string[] = [];
    const steps = defineRun("steps", { version: "1" })
      .phase("first", () => ran.push("first"))
      .phase("second", () => ran.push("second"));

    expect(await rejection(executor.run(steps, { id: "a" }))).toBe(fenced);

    expect(ran).toEqual(["first"]);
    expect(record.verbs()).toEqual(["save"]);
  });

  test("whose answer is lost is not written twice", async () => {
    const { executor, store, looking, clock } = setUp();
    const lost = once(answerLost);
    store.interfere("append", (call, args) =>
      (args[1] as { type: string }).type === "save" ? lost(call, args) : undefined,
    );

    expect(await during(clock, executor.run(greet, { id: "a", input }))).toBe("Ada: 3");

    expect(await typesOf(looking, "a")).toEqual(["begin", "save", "complete"]);
    expect(await executor.get("a")).toMatchObject({ completedPhases: ["think", "speak"] });
  });
});

describe("an end that the store", () => {
  const mine = new Error("mine");
  const slow: Interference = (call) => settle().then(call);
  const ends = [
    ["complete", "gives the output", () => "done"],
    ["fail", "gives the user's own error", () => Promise.reject(mine)],
    ["release", "gives the reason of the shutdown", (signal: AbortSignal) => untilAborted(signal)],
  ] as const;
  for (const [end, gives, act] of ends) {
    for (const [how, interference, isRecorded] of [
      ["refuses", fails(), false],
      ["hangs at", hangs, false],
      ["is slow at", slow, true],
    ] as const) {
      for (const recovered of [false, true]) {
        for (const [kind, define] of [
          ["phases", phasesThat],
          ["a loop", loopThat],
        ] as const) {
          const run = `${recovered ? "a recovered" : "a fresh"} run of ${kind}`;

          test(`${how} (${end}) ${gives} all the same, for ${run}`, async () => {
            await using stage = bench(memoryPlace, { finaliseTimeoutMs: 5000, leaseMs: 1e9 });
            if (recovered) await releasedAtOnce(stage, define);
            const { executor, store } = stage.spawn();
            store.interfere("append", (call, args) =>
              (args[1] as { type: string }).type === end ? interference(call, args) : undefined,
            );

            const running = executor.run(define(act), { id: "a" });
            running.catch(() => {});
            await settle();
            const stopped = end === "release" ? executor.shutdown({ graceMs: 0 }) : undefined;
            const outcome = await during(
              stage.clock,
              running.then(
                (output) => ({ output }),
                (error: unknown) => ({ error }),
              ),
            );
            await (stopped && during(stage.clock, stopped));

            if (end === "complete") expect(outcome).toEqual({ output: "done" });
            if (end === "fail") expect(outcome).toEqual({ error: mine });
            if (end === "release") {
              expect(outcome).toMatchObject({ error: { code: "EXECUTUS_SHUTDOWN" } });
            }
            const types = await typesOf(stage.place.open(), "a");
            const before = recovered ? ["begin", "release", "claim"] : ["begin"];
            expect(types).toEqual(isRecorded ? [...before, end] : before);
            expect(stage.logger.warnings().length).toBe(isRecorded ? 0 : 1);
          });
        }
      }
    }
  }

  test("applied although its answer was lost is recorded once", async () => {
    const { executor, store, looking, clock } = setUp();
    const lost = once(answerLost);
    store.interfere("append", (call, args) =>
      (args[1] as { type: string }).type === "complete" ? lost(call, args) : undefined,
    );

    expect(await during(clock, executor.run(greet, { id: "a", input }))).toBe("Ada: 3");

    expect(await typesOf(looking, "a")).toEqual(["begin", "save", "complete"]);
  });

  test("has recorded stands although the row could not be told, and is found by who looks next", async () => {
    const { executor, store, clock, looking } = setUp();
    const off = store.interfere("updateRun", fails());

    expect(await during(clock, executor.run(greet, { id: "a", input }))).toBe("Ada: 3");
    expect(await looking.getRun("a")).toMatchObject({ status: "active" });
    off();

    expect(await executor.get("a")).toMatchObject({ status: "completed", output: "Ada: 3" });
    expect(await looking.getRun("a")).toMatchObject({ status: "completed" });
  });
});

type Act = (signal: AbortSignal) => unknown;

const phasesThat = (act: Act): Definition<undefined, unknown> =>
  defineRun("acts", { version: "1" }).phase("act", ({ signal }) => act(signal));

const loopThat = (act: Act): Definition<undefined, unknown> =>
  defineLoop("acts", {
    version: "1",
    turn: async ({ signal }) => ({ done: true, output: await act(signal) }),
  });

/** Leaves a run behind that another process has released before anything was done. */
async function releasedAtOnce({ spawn }: Bench, define: typeof phasesThat): Promise<void> {
  const { executor } = spawn();
  const handle = await executor.start(define(untilAborted), { id: "a" });
  handle.result().catch(() => {});
  await executor.shutdown({ graceMs: 0 });
}

describe("a reading that", () => {
  for (const [what, stop] of [
    ["hangs in its middle", () => new Promise<never>(() => {})],
    ["breaks off in its middle", () => Promise.reject(new Error("connection reset"))],
  ] as const) {
    test(`${what} goes on where it was, and nothing of the run is lost or doubled`, async () => {
      await using stage = bench();
      const talk = defineLoop<undefined, number, readonly number[]>("talk", {
        version: "1",
        turn: ({ turn, history, attempt, signal }) =>
          turn === 6 && attempt === 1
            ? untilAborted(signal)
            : { append: [turn], done: turn === 6, output: [...history] },
      });
      const first = stage.spawn().executor;
      void first.run(talk, { id: "a" }).catch(() => {});
      await settle();
      await first.shutdown({ graceMs: 0 });
      const { store } = stage.spawn();
      const seen: number[] = [];
      const executor = createExecutor({
        store: {
          ...store,
          async *readJournal(journal, options) {
            for await (const record of store.readJournal(journal, options)) {
              // Each reading gives two records at the most.
              if (record.seq >= options.fromSeq + 2) await stop();
              seen.push(record.seq);
              yield record;
            }
          },
        },
        runtime: stage.clock,
        logger: testLogger(),
      });

      const output = await during(stage.clock, executor.run(talk, { id: "a" }));

      expect(output).toEqual([1, 2, 3, 4, 5]);
      // The first record is read once more, for what the run was begun with.
      expect(seen).toEqual([1, 1, 2, 3, 4, 5, 6, 7]);
    });
  }
});

test("a custom checkpointer that cannot release, and has no signal, is left as it is by a shutdown", async () => {
  const { checkpointer, ...record } = recorder();
  const { release: _, signal: __, ...quiet } = checkpointer;
  const logger = testLogger();
  const executor = createExecutor({
    checkpointers: { begin: () => Promise.resolve(quiet) },
    logger,
  });
  const running = executor.run(phasesThat(untilAborted), { id: "a" });
  running.catch(() => {});
  await settle();

  await executor.shutdown({ graceMs: 0 });

  expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_SHUTDOWN" });
  expect(record.verbs()).toEqual([]);
  expect(logger.warnings()).toEqual([]);
});

describe("a caller's signal", () => {
  test("that is aborted while its run is begun ends the run before any of its code runs", async () => {
    const { executor, store, looking } = setUp();
    const caller = new AbortController();
    store.interfere(
      "insertRun",
      once((call) => {
        caller.abort("enough");
        return call();
      }),
    );
    let ran = false;
    const definition = phasesThat(() => (ran = true));

    const error = await rejection(executor.run(definition, { id: "a", signal: caller.signal }));

    expect(error).toBe("enough");
    expect(ran).toBe(false);
    expect(await typesOf(looking, "a")).toEqual(["begin", "fail"]);
  });

  test("is not listened to any more once its run has ended, and no timer waits", async () => {
    const { executor, clock } = setUp();
    const { signal } = new AbortController();
    const settings = { signal, timeoutMs: 60_000 };

    await executor.run(greet, { id: "a", input, ...settings });
    await executor.run(greet, { id: "a", input, ...settings });

    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });

  test("leaves no timer behind when the run ends within its grace", async () => {
    const { executor, clock } = setUp();
    const caller = new AbortController();
    const definition = phasesThat((signal) => untilAborted(signal).catch(() => "saved"));
    const running = executor.run(definition, { id: "a", signal: caller.signal });
    await settle();

    caller.abort("enough");

    expect(await running).toBe("saved");
    expect(clock.waiting()).toBe(0);
  });
});

describe("without a store", () => {
  test("everything works, and nothing is written", async () => {
    const executor = createExecutor();

    expect(await executor.run(greet, { id: "a", input })).toBe("Ada: 3");

    const error = await rejection(executor.get("a"));
    expect(error).toMatchObject({ code: "EXECUTUS_UNSUPPORTED" });
  });

  test("two calls with one id at the same time are one run", async () => {
    const executor = createExecutor();
    let runs = 0;
    const counted = defineRun("counted", { version: "1" }).phase("count", () => (runs += 1));

    const results = await Promise.all([
      executor.run(counted, { id: "a" }),
      executor.run(counted, { id: "a" }),
    ]);

    expect(results).toEqual([1, 1]);
  });

  test("a handle's events tell what a journal would", async () => {
    const executor = createExecutor();
    const handle = await executor.start(greet, { id: "a", input });

    const events = await Array.fromAsync(handle.events());

    expect(events.map(({ type }) => type)).toEqual([
      "begun",
      "phase-started",
      "phase-completed",
      "phase-started",
      "phase-completed",
      "ended",
    ]);
  });
});
