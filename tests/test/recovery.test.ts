import { createExecutor, defineLoop, defineRun, ExecutusError } from "@executus/core";
import type { Executor, ExecutorOptions, RunStore } from "@executus/core";
import { describe, expect, test } from "vitest";
import { settle, testClock } from "../support/clock.ts";
import type { TestClock } from "../support/clock.ts";
import { testLogger } from "../support/logger.ts";
import type { TestLogger } from "../support/logger.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { memoryPlace, places, typesOf, watched } from "../support/stores.ts";
import type { Place } from "../support/stores.ts";

const leaseMs = 30_000;

/** Processes that die: each is an executor whose store stops answering, and whose owner is then seen to be gone or not. */
interface Machine {
  readonly clock: TestClock;
  readonly place: Place;
  readonly logger: TestLogger;
  spawn(options?: ExecutorOptions): Executor & { die(seen?: "gone" | "unseen"): Promise<void> };
  store(): Promise<RunStore>;
}

function machine(open: () => Place = memoryPlace): Machine {
  const place = open();
  const clock = testClock();
  const logger = testLogger();
  return {
    clock,
    place,
    logger,
    store: async () => {
      const store = place.open();
      await store.open();
      return store;
    },
    spawn: (options = {}) => {
      const store = watched(place.open());
      const executor = createExecutor({ store, runtime: clock, logger, leaseMs, ...options });
      const never = (): Promise<never> => new Promise(() => {});
      return Object.assign(executor, {
        die: async (seen: "gone" | "unseen" = "unseen") => {
          for (const verb of [
            "append",
            "updateRun",
            "getRun",
            "lastRecord",
            "insertRun",
          ] as const) {
            store.interfere(verb, never);
          }
          const looking = place.open();
          await looking.open();
          if (seen === "gone") {
            const { runs } = await looking.listRuns({ status: "active", limit: 100 });
            for (const { owner } of runs) clock.gone.add(owner);
          }
        },
      });
    },
  };
}

/** A run of three phases that holds still in the second of its first attempt. */
function threePhases() {
  const arrived = gate();
  const ran: string[] = [];
  const definition = defineRun<{ n: number }>("three", { version: "1" })
    .phase("one", ({ attempt }) => {
      ran.push(`one/${attempt}`);
      return 1;
    })
    .phase("two", async ({ attempt, signal }) => {
      ran.push(`two/${attempt}`);
      arrived.open();
      if (attempt === 1) await untilAborted(signal);
      return 2;
    })
    .phase("three", ({ attempt, input, outputs }) => {
      ran.push(`three/${attempt}`);
      return outputs.one + outputs.two + input.n;
    });
  return { definition, arrived, ran };
}

const input = { n: 10 };

for (const open of places) {
  describe(`recovery on ${open().name}`, () => {
    test("resumes a run whose process is seen to be gone at once, after the phases it had completed", async () => {
      const { spawn, clock } = machine(open);
      const { definition, arrived, ran } = threePhases();
      const first = spawn();
      void first.run(definition, { id: "a", input }).catch(() => {});
      await arrived.opened;
      await first.die("gone");

      const second = spawn({ definitions: [definition] });
      expect((await second.recover()).resumed).toEqual(["a"]);
      await second.idle();

      expect(ran).toEqual(["one/1", "two/1", "two/2", "three/2"]);
      expect(await second.get("a")).toMatchObject({ status: "completed", output: 13, attempt: 2 });
      expect(clock.monotonic()).toBe(0);
    });

    test("leaves a run alone until the lease of an owner it cannot see is over", async () => {
      const { spawn, clock } = machine(open);
      const { definition, arrived } = threePhases();
      const first = spawn();
      void first.run(definition, { id: "a", input }).catch(() => {});
      await arrived.opened;
      await first.die();
      const second = spawn({ definitions: [definition] });

      const early = await second.recover();
      await clock.advance(leaseMs + 1);
      const late = await second.recover();

      expect(early).toEqual({ resumed: [], cancelled: [], exhausted: [], skipped: [] });
      expect(late.resumed).toEqual(["a"]);
    });

    test("takes a released run at once", async () => {
      const { spawn, store } = machine(open);
      const { definition, arrived } = threePhases();
      const first = spawn();
      void first.run(definition, { id: "a", input }).catch(() => {});
      await arrived.opened;
      await first.shutdown({ graceMs: 0 });

      const second = spawn({ definitions: [definition] });
      expect((await second.recover()).resumed).toEqual(["a"]);
      await second.idle();

      const types = await typesOf(await store(), "a");
      expect(types).toEqual(["begin", "save", "release", "claim", "save", "complete"]);
    });
  });
}

describe("a clock that is wrong", () => {
  test("by hours, behind, costs a lease of waiting on one's own clock, not hours", async () => {
    const { spawn, clock } = machine();
    const { definition, arrived } = threePhases();
    clock.shiftWallClock(5 * 3_600_000);
    const first = spawn();
    void first.run(definition, { id: "a", input }).catch(() => {});
    await arrived.opened;
    await first.die();
    clock.shiftWallClock(-5 * 3_600_000);
    const second = spawn({ definitions: [definition] });

    expect((await second.recover()).resumed).toEqual([]);
    await clock.advance(leaseMs);

    expect((await second.recover()).resumed).toEqual(["a"]);
  });
});

describe("a sweep", () => {
  async function interrupted(
    { spawn }: Machine,
    ids: readonly string[],
    options: ExecutorOptions = {},
  ) {
    const { definition, ran } = threePhases();
    const executor = spawn(options);
    for (const id of ids) void executor.run(definition, { id, input }).catch(() => {});
    await settle();
    await executor.shutdown({ graceMs: 0 });
    return { definition, ran };
  }

  test("resumes each run once when two executors sweep at the same time", async () => {
    const here = machine();
    const ids = Array.from({ length: 20 }, (_, i) => `run ${i}`);
    const { definition, ran } = await interrupted(here, ids);
    const [a, b] = [
      here.spawn({ definitions: [definition] }),
      here.spawn({ definitions: [definition] }),
    ];

    const reports = await Promise.all([a.recover(), b.recover()]);
    await Promise.all([a.idle(), b.idle()]);

    const resumed = reports.flatMap((report) => report.resumed);
    expect(resumed.toSorted()).toEqual(ids.toSorted());
    expect(ran.filter((what) => what === "three/2")).toHaveLength(ids.length);
  });

  test("leaves runs of other queues alone", async () => {
    const here = machine();
    const { definition } = await interrupted(here, ["a"], { queue: "slow" });

    const other = await here.spawn({ definitions: [definition] }).recover();
    const same = await here.spawn({ definitions: [definition], queue: "slow" }).recover();

    expect(other.resumed).toEqual([]);
    expect(same.resumed).toEqual(["a"]);
  });

  test("skips runs beyond maxConcurrentRuns until a later one, and says so", async () => {
    const here = machine();
    await interrupted(here, ["a", "b", "c"]);
    const go = gate();
    const waits = defineRun<{ n: number }>("three", { version: "1" })
      .phase("one", () => 1)
      .phase("two", () => go.opened);
    const executor = here.spawn({ definitions: [waits], maxConcurrentRuns: 2 });

    const report = await executor.recover();
    const full = await executor.recover();
    go.open();
    await executor.idle();
    const later = await executor.recover();

    expect(full.resumed).toEqual([]);
    expect(report.resumed).toHaveLength(2);
    expect(report.skipped).toEqual([{ id: expect.any(String), reason: "full" }]);
    expect(later.resumed).toHaveLength(1);
  });

  test("reports a run whose definition is not registered, and writes nothing", async () => {
    const here = machine();
    await interrupted(here, ["a"]);
    const store = await here.store();
    const before = await typesOf(store, "a");

    const report = await here.spawn().recover();

    expect(report.skipped).toMatchObject([{ id: "a", reason: "EXECUTUS_UNKNOWN_DEFINITION" }]);
    expect(await typesOf(store, "a")).toEqual(before);
    expect(here.logger.warnings()).toEqual([expect.stringMatching(/left for others/)]);
  });

  test("reports a run of a version that is not accepted", async () => {
    const here = machine();
    await interrupted(here, ["a"]);
    const newer = defineRun<{ n: number }>("three", { version: "2" }).phase("one", () => 1);

    const report = await here.spawn({ definitions: [newer] }).recover();

    expect(report.skipped).toMatchObject([{ id: "a", reason: "EXECUTUS_DEFINITION_CHANGED" }]);
  });

  test("ends a run that was asked to cancel while nobody drove it", async () => {
    const here = machine();
    const { definition, arrived } = threePhases();
    const first = here.spawn();
    void first.run(definition, { id: "a", input }).catch(() => {});
    await arrived.opened;
    await first.die();
    const second = here.spawn({ definitions: [definition] });
    await second.cancel("a");
    expect(await second.get("a")).toMatchObject({ status: "active", cancelAsked: true });
    await here.clock.advance(leaseMs + 1);

    const report = await second.recover();

    expect(report.cancelled).toEqual(["a"]);
    expect(await second.get("a")).toMatchObject({ status: "failed", code: "EXECUTUS_CANCELLED" });
  });

  test("fails a run whose deadline has passed before any of its code runs", async () => {
    const here = machine();
    const { definition, arrived, ran } = threePhases();
    const first = here.spawn();
    void first.run(definition, { id: "a", input, timeoutMs: 40_000 }).catch(() => {});
    await arrived.opened;
    await first.die();
    await here.clock.advance(leaseMs + 20_000);

    const second = here.spawn({ definitions: [definition] });
    await second.recover();

    expect(await second.get("a")).toMatchObject({ code: "EXECUTUS_DEADLINE_EXCEEDED" });
    expect(ran).toEqual(["one/1", "two/1"]);
  });

  test("gives a run up whose process dies again and again without progress, and retry opens it", async () => {
    const here = machine();
    let healthy = false;
    const poison = defineRun("poison", { version: "1" }).phase("dies", () =>
      healthy ? "alive" : new Promise<string>(() => {}),
    );
    const options = { definitions: [poison], maxFailedAttemptsWithoutProgress: 2 };
    const first = here.spawn(options);
    void first.run(poison, { id: "a" }).catch(() => {});
    await settle();
    await first.die();

    const reports = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await here.clock.advance(leaseMs + 1);
      const executor = here.spawn(options);
      reports.push(await executor.recover());
      await settle();
      await executor.die();
    }

    expect(reports.map(({ resumed }) => resumed.length)).toEqual([1, 1, 0]);
    expect(reports[2]?.exhausted).toEqual(["a"]);
    const last = here.spawn(options);
    expect(await last.get("a")).toMatchObject({
      status: "failed",
      code: "EXECUTUS_ATTEMPTS_EXHAUSTED",
      attempt: 4,
    });
    healthy = true;
    expect(await (await last.retry("a")).result()).toBe("alive");
  });

  test("does not count deploys as failed attempts", async () => {
    const here = machine();
    const patient = defineRun("patient", { version: "1" }).phase("waits", ({ signal, attempt }) =>
      attempt > 10 ? attempt : untilAborted(signal),
    );
    const options = {
      definitions: [patient],
      maxFailedAttempts: 1,
      maxFailedAttemptsWithoutProgress: 0,
    };
    const begun = here.spawn(options);
    void begun.run(patient, { id: "a" }).catch(() => {});
    await settle();
    await begun.shutdown({ graceMs: 0 });

    for (let deploy = 0; deploy < 9; deploy += 1) {
      const executor = here.spawn(options);
      expect((await executor.recover()).resumed).toEqual(["a"]);
      await settle();
      await executor.shutdown({ graceMs: 0 });
    }

    expect(await here.spawn(options).run(patient, { id: "a" })).toBe(11);
  });

  test("goes on with the others when one run is damaged, and names its record", async () => {
    const here = machine();
    const { definition } = await interrupted(here, ["good", "bad"]);
    const store = await here.store();
    const row = await store.getRun("bad");
    const damaged = here.place.open();
    const executor = createExecutor({
      store: {
        ...damaged,
        async *readJournal(journal, options) {
          for await (const record of damaged.readJournal(journal, options)) {
            const hurt = journal === row?.incarnation && record.seq === 2;
            yield hurt ? { ...record, data: `${String(record.data)} ` } : record;
          }
        },
      },
      runtime: here.clock,
      logger: here.logger,
      definitions: [definition],
    });

    const report = await executor.recover();

    expect(report.resumed).toEqual(["good"]);
    expect(report.skipped).toMatchObject([{ id: "bad", reason: "EXECUTUS_CORRUPT_RECORD" }]);
    const error = await rejection(executor.get("bad"));
    expect(error).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD", runId: "bad" });
    expect((error as Error).message).toMatch(/Record 2 of run "bad"/);
  });

  test("leaves a run of a newer format for others, and writes nothing", async () => {
    const here = machine();
    const { definition } = await interrupted(here, ["a"]);
    const store = await here.store();
    const row = await store.getRun("a");
    const last = await store.lastRecord(row?.incarnation ?? "");
    if (row === undefined || last === undefined) throw new Error("no run");
    const next = { ...last, seq: last.seq + 1, nonce: "newer" };
    await store.append(row.incarnation, {
      ...next,
      type: "release",
      data: '{"v":2,"codec":"json"}\n',
      checksum: 0,
    });
    const before = await typesOf(store, "a");

    const report = await here.spawn({ definitions: [definition] }).recover();

    expect(report.resumed).toEqual([]);
    expect(report.skipped).toMatchObject([{ id: "a", reason: "EXECUTUS_UNSUPPORTED_FORMAT" }]);
    expect(await typesOf(store, "a")).toEqual(before);
  });

  test("finishes a removal that was cut off", async () => {
    const here = machine();
    const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");
    const store = watched(here.place.open());
    const executor = createExecutor({ store, runtime: here.clock, logger: here.logger });
    await executor.run(greet, { id: "a" });
    store.interfere("deleteRun", () =>
      Promise.reject(new ExecutusError("EXECUTUS_STORE_CLOSED", "gone", { retryable: false })),
    );
    await rejection(executor.delete("a"));
    const looking = await here.store();
    expect(await looking.getRun("a")).toMatchObject({ status: "deleting" });

    await here.spawn().recover();

    expect(await looking.getRun("a")).toBeUndefined();
  });

  test("keeps sweeping until shutdown with recovery: { everyMs }", async () => {
    const here = machine();
    const { definition, arrived } = threePhases();
    const sweeping = here.spawn({ definitions: [definition], recovery: { everyMs: 1000 } });
    const first = here.spawn();
    void first.run(definition, { id: "a", input }).catch(() => {});
    await arrived.opened;
    await first.shutdown({ graceMs: 0 });

    await here.clock.advance(2000);

    expect(await sweeping.get("a")).toMatchObject({ status: "completed" });
    await sweeping.shutdown();
  });
});

describe("a loop that is interrupted", () => {
  test("goes on with the history it had, and takes the interrupted turn again", async () => {
    const here = machine();
    const arrived = gate();
    const seen: (readonly string[])[] = [];
    const talk = defineLoop<undefined, string, number>("talk", {
      version: "1",
      turn: async ({ turn, attempt, history, signal }) => {
        seen.push([...history]);
        if (turn === 3 && attempt === 1) {
          arrived.open();
          await untilAborted(signal);
        }
        return { append: [`turn ${turn}`], done: turn === 4, output: history.length };
      },
    });
    const first = here.spawn();
    void first.run(talk, { id: "a" }).catch(() => {});
    await arrived.opened;
    await first.die("gone");

    const second = here.spawn();

    expect(await second.run(talk, { id: "a" })).toBe(3);
    expect(seen).toEqual([
      [],
      ["turn 1"],
      ["turn 1", "turn 2"],
      ["turn 1", "turn 2"],
      ["turn 1", "turn 2", "turn 3"],
    ]);
    expect(await second.get("a")).toMatchObject({ turns: 4, attempt: 2 });
  });

  test("keeps counting its turns against the limit across attempts, and anew after a retry", async () => {
    const here = machine();
    const turns: string[] = [];
    const endless = defineLoop<undefined, number>("endless", {
      version: "1",
      maxTurns: 3,
      turn: ({ turn, attempt }) => {
        turns.push(`${turn}/${attempt}`);
        return { append: [turn] };
      },
    });
    const executor = here.spawn({ definitions: [endless] });

    expect(await rejection(executor.run(endless, { id: "a" }))).toMatchObject({
      code: "EXECUTUS_TURN_LIMIT",
    });
    const again = await (await executor.retry("a")).result().catch((error: unknown) => error);

    expect(again).toMatchObject({ code: "EXECUTUS_TURN_LIMIT" });
    expect(turns).toEqual(["1/1", "2/1", "3/1", "4/2", "5/2", "6/2"]);
  });
});
