import { createExecutor, defineLoop, defineRun } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { testLogger } from "../support/logger.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import type { Gate } from "../support/promises.ts";
import { places, typesOf } from "../support/stores.ts";

const double = defineRun<{ n: number }>("double", { version: "1" })
  .phase("read", ({ input }) => input.n)
  .phase("double", ({ outputs }) => outputs.read * 2);

const failing = defineRun<{ n: number }>("failing", { version: "1" })
  .phase("fine", () => "fine")
  .phase("fails", () => {
    throw new RangeError("out of range");
  });

const waiting = (arrived: Gate) =>
  defineRun<{ n: number }>("waiting", { version: "1" })
    .phase("first", () => 1)
    .phase("waits", ({ signal }) => {
      arrived.open();
      return untilAborted(signal);
    });

const input = { n: 21 };

/** Leaves the run "a" behind, which another process has released in its second phase. */
async function releasedHalfway({ spawn }: Bench): Promise<void> {
  const arrived = gate();
  const { executor } = spawn();
  executor.run(waiting(arrived), { id: "a", input }).catch(() => {});
  await arrived.opened;
  await executor.shutdown({ graceMs: 0 });
}

const failed = {
  code: "EXECUTUS_RUN_FAILED",
  cause: { name: "RangeError", message: "out of range" },
};

for (const open of places) {
  const on = open().name;

  describe(`run by id, on ${on}`, () => {
    test("begins a run that is not there, and later gives its recorded output without running it again", async () => {
      await using stage = bench(open);
      let runs = 0;
      const counted = defineRun("counted", { version: "1" }).phase("count", () => (runs += 1));

      expect(await stage.spawn().executor.run(counted, { id: "a" })).toBe(1);
      expect(await stage.spawn().executor.run(counted, { id: "a" })).toBe(1);
      expect(runs).toBe(1);
    });

    test("gives a failed run's recorded error as the cause of RUN_FAILED", async () => {
      await using stage = bench(open);
      await rejection(stage.spawn().executor.run(failing, { id: "a", input }));

      const error = await rejection(stage.spawn().executor.run(failing, { id: "a", input }));

      expect(error).toMatchObject(failed);
      expect((error as Error).cause).toBeInstanceOf(RangeError);
    });

    test("gives the call that drives the run the user's own error, and those who joined it RUN_FAILED", async () => {
      await using stage = bench(open);
      const mine = new RangeError("out of range");
      const arrived = gate();
      const go = gate();
      const definition = defineRun("joined", { version: "1" }).phase("fail", async () => {
        arrived.open();
        await go.opened;
        throw mine;
      });
      const executor = stage.spawn().executor;

      const first = executor.run(definition, { id: "a" });
      first.catch(() => {});
      await arrived.opened;
      const second = executor.run(definition, { id: "a" });
      second.catch(() => {});
      await settle();
      go.open();

      expect(await rejection(first)).toBe(mine);
      expect(await rejection(second)).toMatchObject({ code: "EXECUTUS_RUN_FAILED", cause: mine });
    });

    for (const [what, definition, other] of [
      ["another definition", failing, { input }],
      ["another input", double, { input: { n: 22 } }],
    ] as const) {
      test(`with ${what} rejects with RUN_EXISTS`, async () => {
        await using stage = bench(open);
        await stage.spawn().executor.run(double, { id: "a", input });

        const error = await rejection(
          stage.spawn().executor.run(definition, { id: "a", ...other }),
        );

        expect(error).toMatchObject({ code: "EXECUTUS_RUN_EXISTS", runId: "a" });
      });
    }

    test("takes inputs whose keys stand in another order for the same", async () => {
      await using stage = bench(open);
      const pair = defineRun<{ a: number; b: number }>("pair", { version: "1" }).phase(
        "sum",
        (context) => context.input.a + context.input.b,
      );

      expect(await stage.spawn().executor.run(pair, { id: "x", input: { a: 1, b: 2 } })).toBe(3);
      expect(await stage.spawn().executor.run(pair, { id: "x", input: { b: 2, a: 1 } })).toBe(3);
    });

    test("waits for a run that is driven elsewhere, and gives its output", async () => {
      await using stage = bench(open);
      const arrived = gate();
      const go = gate();
      const definition = defineRun("slow", { version: "1" }).phase("wait", async () => {
        arrived.open();
        await go.opened;
        return "slow but sure";
      });

      const driver = stage.spawn().executor.run(definition, { id: "a" });
      await arrived.opened;
      const waiter = stage.spawn().executor.run(definition, { id: "a" });
      await stage.clock.advance(2000);
      go.open();
      await stage.clock.advance(2000);

      expect(await driver).toBe("slow but sure");
      expect(await waiter).toBe("slow but sure");
      const store = stage.place.open();
      await store.open();
      expect(await typesOf(store, "a")).toEqual(["begin", "complete"]);
    });

    test('with ifActive: "reject" does not wait', async () => {
      await using stage = bench(open);
      const arrived = gate();
      const definition = waiting(arrived);
      const driver = stage.spawn().executor.run(definition, { id: "a", input });
      driver.catch(() => {});
      await arrived.opened;

      const error = await rejection(
        stage.spawn().executor.run(definition, { id: "a", input, ifActive: "reject" }),
      );

      expect(error).toMatchObject({ code: "EXECUTUS_RUN_ACTIVE" });
    });

    test("stops waiting when its caller aborts, and leaves the run alone", async () => {
      await using stage = bench(open);
      const arrived = gate();
      const definition = waiting(arrived);
      const driving = stage.spawn().executor;
      const driver = driving.run(definition, { id: "a", input });
      driver.catch(() => {});
      await arrived.opened;
      const caller = new AbortController();

      const waiter = stage
        .spawn()
        .executor.run(definition, { id: "a", input, signal: caller.signal });
      waiter.catch(() => {});
      await settle();
      caller.abort("enough");

      expect(await rejection(waiter)).toBe("enough");
      expect(await driving.get("a")).toMatchObject({ status: "active" });
    });

    test("takes a run over when its owner's lease is over, and fences the owner", async () => {
      await using stage = bench(open);
      const arrived = gate();
      const stopped = gate();
      let attempts = 0;
      const definition = defineRun("moved", { version: "1" })
        .phase("first", () => "kept")
        .phase("second", async ({ attempt, outputs, signal }) => {
          attempts += 1;
          if (attempt > 1) return `${outputs.first} by ${attempt}`;
          arrived.open();
          await untilAborted(signal).finally(() => stopped.open());
          return "never";
        });
      const place = stage.place.open();
      const sleepy = createExecutor({
        // Its heartbeats never reach the store: it is stopped, for all that others can see.
        store: { ...methodsOf(place), updateRun: async () => new Promise(() => {}) },
        runtime: stage.clock,
        logger: testLogger(),
      });

      const first = sleepy.run(definition, { id: "a" });
      first.catch(() => {});
      await arrived.opened;
      const second = stage.spawn().executor.run(definition, { id: "a" });
      await stage.clock.advance(40_000);

      expect(await second).toBe("kept by 2");
      await stopped.opened;
      expect(await rejection(first)).toMatchObject({ code: "EXECUTUS_FENCED", retryable: true });
      expect(attempts).toBe(2);
    });

    test("refuses a version that is not accepted, but gives a completed run's output all the same", async () => {
      await using stage = bench(open);
      const executor = stage.spawn().executor;
      await executor.run(double, { id: "done", input });
      const arrived = gate();
      const begun = executor.run(waiting(arrived), { id: "open", input });
      begun.catch(() => {});
      await arrived.opened;
      await executor.shutdown({ graceMs: 0 });
      const newer = defineRun<{ n: number }>("double", { version: "2" }).phase("other", () => 0);
      const newerWaiting = defineRun<{ n: number }>("waiting", { version: "2" }).phase(
        "first",
        () => 2,
      );
      const accepting = defineRun<{ n: number }>("waiting", { version: "2", accepts: ["1"] })
        .phase("first", () => 2)
        .phase("waits", ({ outputs }) => outputs.first);
      const next = stage.spawn().executor;

      expect(await next.run(newer, { id: "done", input })).toBe(42);
      const error = await rejection(next.run(newerWaiting, { id: "open", input }));
      expect(error).toMatchObject({ code: "EXECUTUS_DEFINITION_CHANGED" });
      expect((error as Error).message).toMatch(/"1".*"2"/);
      expect(await next.run(accepting, { id: "open", input })).toBe(1);
    });

    test("refuses a definition whose completed positions have other names, names both sides, and writes nothing", async () => {
      await using stage = bench(open);
      await releasedHalfway(stage);
      const store = stage.place.open();
      await store.open();
      const before = await typesOf(store, "a");
      let ran = false;
      const changed = defineRun<{ n: number }>("waiting", { version: "1" }).phase("start", () => {
        ran = true;
      });

      const error = await rejection(stage.spawn().executor.run(changed, { id: "a", input }));

      expect(error).toMatchObject({ code: "EXECUTUS_DEFINITION_CHANGED" });
      expect((error as Error).message).toMatch(/"first".*"start"/);
      expect(ran).toBe(false);
      expect(await typesOf(store, "a")).toEqual(before);
    });

    test("releases a run whose builder gives other names at the completed positions, and runs nothing", async () => {
      await using stage = bench(open);
      await releasedHalfway(stage);
      const built = defineRun<{ n: number }>("waiting", { version: "1", build: () => [] });
      const next = stage.spawn({ definitions: [built] }).executor;

      const report = await next.recover();
      const error = await rejection(next.run(built, { id: "a", input }));

      expect(report.skipped).toEqual([{ id: "a", reason: "EXECUTUS_DEFINITION_CHANGED" }]);
      expect(error).toMatchObject({ code: "EXECUTUS_DEFINITION_CHANGED" });
      const store = stage.place.open();
      await store.open();
      expect(await typesOf(store, "a")).toEqual(["begin", "save", "release", "claim", "release"]);
    });
  });

  describe(`the verbs, on ${on}`, () => {
    test("of a run that is missing", async () => {
      await using stage = bench(open);
      const executor = stage.spawn().executor;

      expect(await executor.get("none")).toBeUndefined();
      expect(await executor.delete("none")).toBe(false);
      for (const verb of ["attach", "cancel", "retry"] as const) {
        expect(await rejection(executor[verb]("none"))).toMatchObject({
          code: "EXECUTUS_RUN_NOT_FOUND",
          runId: "none",
        });
      }
    });

    test("of a run that is active", async () => {
      await using stage = bench(open);
      const arrived = gate();
      const executor = stage.spawn().executor;
      const running = executor.run(waiting(arrived), { id: "a", input });
      running.catch(() => {});
      await arrived.opened;
      const other = stage.spawn().executor;

      expect(await other.get("a")).toMatchObject({
        status: "active",
        attempt: 1,
        completedPhases: ["first"],
        turns: 0,
        input,
      });
      expect(await rejection(other.delete("a"))).toMatchObject({ code: "EXECUTUS_RUN_ACTIVE" });
      expect((await other.retry("a")).id).toBe("a");
      expect(await other.cancel("a")).toBe(true);
      await stage.clock.advance(10_000);
      expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_CANCELLED" });
      expect(await other.get("a")).toMatchObject({ status: "failed", code: "EXECUTUS_CANCELLED" });
    });

    test("of a run that has completed", async () => {
      await using stage = bench(open);
      await stage.spawn().executor.run(double, { id: "a", input });
      const executor = stage.spawn().executor;

      expect(await executor.get("a")).toMatchObject({ status: "completed", output: 42 });
      expect(await (await executor.attach("a")).result()).toBe(42);
      expect(await executor.cancel("a")).toBe(false);
      expect(await rejection(executor.retry("a"))).toMatchObject({
        code: "EXECUTUS_RUN_COMPLETED",
      });
      expect(await executor.delete("a")).toBe(true);
      expect(await executor.get("a")).toBeUndefined();
    });

    test("of a run that has failed", async () => {
      await using stage = bench(open);
      await rejection(stage.spawn().executor.run(failing, { id: "a", input }));
      const executor = stage.spawn().executor;

      expect(await executor.get("a")).toMatchObject({
        status: "failed",
        code: "",
        error: { name: "RangeError", message: "out of range" },
        completedPhases: ["fine"],
      });
      expect(await rejection((await executor.attach("a")).result())).toMatchObject(failed);
      expect(await executor.cancel("a")).toBe(false);
      expect(await executor.delete("a")).toBe(true);
    });

    test("retry reopens a failed run with what it had completed, and drives it where it is registered", async () => {
      await using stage = bench(open);
      let wrong = true;
      let firsts = 0;
      const flaky = defineRun("flaky", { version: "1" })
        .phase("first", () => (firsts += 1))
        .phase("second", ({ outputs, idempotencyKey }) => {
          if (wrong) throw new Error(idempotencyKey);
          return [outputs.first, idempotencyKey];
        });
      const executor = stage.spawn({ definitions: [flaky] }).executor;
      const error = await rejection(executor.run(flaky, { id: "a" }));
      wrong = false;

      const handle = await executor.retry("a");

      expect(await handle.result()).toEqual([1, (error as Error).message]);
      expect(await executor.get("a")).toMatchObject({ status: "completed", attempt: 2 });
    });

    test("retry on an executor that does not know the definition leaves the run for others", async () => {
      await using stage = bench(open);
      await rejection(stage.spawn().executor.run(failing, { id: "a", input }));

      await stage.spawn().executor.retry("a");

      expect(await stage.spawn().executor.get("a")).toMatchObject({ status: "active", attempt: 1 });
      const report = await stage.spawn({ definitions: [failing] }).executor.recover();
      expect(report.resumed).toEqual(["a"]);
    });

    test("cancel ends a run at once that nobody drives and whose definition nobody knows", async () => {
      await using stage = bench(open);
      await releasedHalfway(stage);

      const other = stage.spawn().executor;
      expect(await other.cancel("a")).toBe(true);

      expect(await other.get("a")).toMatchObject({ status: "failed", code: "EXECUTUS_CANCELLED" });
      const error = await rejection(other.run(waiting(gate()), { id: "a", input }));
      expect(error).toMatchObject({
        code: "EXECUTUS_RUN_FAILED",
        cause: { code: "EXECUTUS_CANCELLED" },
      });
    });

    test("a success beats a cancel that came too late", async () => {
      await using stage = bench(open);
      const arrived = gate();
      const definition = defineRun("deaf", { version: "1" }).phase("ends", async ({ signal }) => {
        arrived.open();
        await untilAborted(signal).catch(() => {});
        return "done";
      });
      const executor = stage.spawn().executor;
      const running = executor.run(definition, { id: "a" });
      await arrived.opened;

      expect(await executor.cancel("a")).toBe(true);

      expect(await running).toBe("done");
      expect(await executor.get("a")).toMatchObject({ status: "completed", cancelAsked: true });
    });

    test("list gives every run once, over pages, by status or all", async () => {
      await using stage = bench(open);
      const executor = stage.spawn().executor;
      const ids = ["a", "b", "c", "d", "e"];
      for (const id of ids) await executor.run(double, { id, input });
      await rejection(executor.run(failing, { id: "f", input }));

      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await executor.list({ limit: 2, cursor });
        found.push(...page.runs.map(({ id }) => id));
        ({ cursor } = page);
      } while (cursor !== undefined);

      expect(found).toEqual([...ids, "f"]);
      const { runs } = await executor.list({ status: "failed" });
      expect(runs).toMatchObject([{ id: "f", status: "failed", definition: "failing" }]);
    });

    test("prune deletes what ended long enough ago, and says how many", async () => {
      await using stage = bench(open);
      const executor = stage.spawn().executor;
      await executor.run(double, { id: "old", input });
      await rejection(executor.run(failing, { id: "old failure", input }));
      await stage.clock.advance(10_000);
      await executor.run(double, { id: "young", input });

      expect(await executor.prune({ olderThanMs: 5000, status: "failed" })).toBe(1);
      expect(await executor.prune({ olderThanMs: 5000 })).toBe(1);
      expect((await executor.list()).runs.map(({ id }) => id)).toEqual(["young"]);
    });

    test("a run that is deleted and begun again is another run, with other idempotency keys", async () => {
      await using stage = bench(open);
      const executor = stage.spawn().executor;
      const keyed = defineRun("keyed", { version: "1" }).phase("key", (ctx) => ctx.idempotencyKey);
      const first = await executor.run(keyed, { id: "a" });
      await executor.delete("a");
      await stage.clock.advance(1);

      expect(await executor.run(keyed, { id: "a" })).not.toBe(first);
    });
  });

  describe(`start, on ${on}`, () => {
    test("gives a handle once the run is accepted, before it has ended", async () => {
      await using stage = bench(open);
      const go = gate();
      const slow = defineRun("slow", { version: "1" }).phase("wait", async () => {
        await go.opened;
        return "done";
      });

      const handle = await stage.spawn().executor.start(slow, { id: "a" });

      expect(await stage.spawn().executor.get("a")).toMatchObject({ status: "active" });
      go.open();
      expect(await handle.result()).toBe("done");
      expect(await handle.result()).toBe("done");
    });

    test("rejects the handle's result with the user's own error", async () => {
      await using stage = bench(open);
      const mine = new Error("mine");
      const broken = defineRun("broken", { version: "1" }).phase("break", () =>
        Promise.reject(mine),
      );

      const handle = await stage.spawn().executor.start(broken, { id: "a" });

      expect(await rejection(handle.result())).toBe(mine);
    });

    test("says whether it began the run", async () => {
      await using stage = bench(open);
      const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");
      const { executor } = stage.spawn();

      const handles = await Promise.all([
        executor.start(greet, { id: "a" }),
        executor.start(greet, { id: "a" }),
        stage.spawn().executor.start(greet, { id: "a" }),
      ]);
      const later = await executor.start(greet, { id: "a" });

      expect(handles.filter(({ begun }) => begun)).toHaveLength(1);
      expect([later.begun, (await executor.attach("a")).begun]).toEqual([false, false]);
      await stage.clock.advance(5_000);
    });

    test("gives a handle of that run, and not of another that has its id later", async () => {
      await using stage = bench(open);
      const stands = defineRun("stands", { version: "1" }).phase("stand", ({ signal }) =>
        untilAborted(signal),
      );
      const { executor } = stage.spawn();
      const old = await executor.start(stands, { id: "a" });
      expect(await old.cancel()).toBe(true);
      await rejection(old.result());
      await executor.delete("a");
      const anew = await executor.start(stands, { id: "a" });
      anew.result().catch(() => {});

      expect(await old.cancel()).toBe(false);
      expect(await Array.fromAsync(old.events())).toEqual([]);
      expect(await executor.get("a")).toMatchObject({ status: "active" });
    });

    test("logs nothing of a run that goes on elsewhere, or whose failure was told before", async () => {
      await using stage = bench(open);
      const arrived = gate();
      const waits = defineRun("waits", { version: "1" }).phase("wait", ({ signal }) => {
        arrived.open();
        return untilAborted(signal);
      });
      const fails = defineRun("fails", { version: "1" }).phase("fail", () => {
        throw new Error("x");
      });
      const { executor } = stage.spawn();
      await rejection(executor.run(fails, { id: "failed" }));

      await executor.start(fails, { id: "failed" });
      await executor.start(waits, { id: "released" });
      await arrived.opened;
      await executor.shutdown({ graceMs: 0 });
      await settle();

      expect(stage.logger.warnings()).toEqual([]);
    });

    test("logs the failure of a run whose result nobody asks for", async () => {
      await using stage = bench(open);
      const logger = testLogger();
      const broken = defineLoop("broken", {
        version: "1",
        turn: () => Promise.reject(new Error("x")),
      });
      const executor = stage.spawn({ logger }).executor;

      await executor.start(broken, { id: "a" });
      await executor.idle();
      await settle();

      expect(logger.warnings()).toEqual([expect.stringMatching(/did not complete/)]);
    });
  });
}

/** A store's members as an object of its own, to put others in their place. */
function methodsOf<T extends object>(store: T): T {
  return { ...store };
}
