import { defineRun } from "@executus/core";
import type { Runtime } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import type { Gate } from "../support/promises.ts";
import { fails, hangs, memoryPlace, once } from "../support/stores.ts";

const leaseMs = 30_000;

const until = ({ opened }: Gate) =>
  defineRun("until", { version: "1" }).phase("wait", ({ attempt, signal }) =>
    attempt > 1 ? "taken over" : Promise.race([opened.then(() => "done"), untilAborted(signal)]),
  );

/** A process that is stopped and continued: what was to happen meanwhile happens late. */
function stoppable(runtime: Runtime): Runtime & { stop(): void; go(): void } {
  let isStopped = false;
  const late = new Set<() => void>();
  return {
    ...runtime,
    timer: (ms, fire, options) => {
      const fireOrWait = (): void => {
        if (isStopped) late.add(fire);
        else fire();
      };
      const cancel = runtime.timer(ms, fireOrWait, options);
      return () => {
        late.delete(fire);
        cancel();
      };
    },
    stop: () => {
      isStopped = true;
    },
    go: () => {
      isStopped = false;
      for (const fire of late) {
        late.delete(fire);
        fire();
      }
    },
  };
}

async function begun(stage: ReturnType<typeof bench>, runtime: Runtime = stage.clock) {
  const go = gate();
  const definition = until(go);
  const { executor, store } = stage.spawn({ runtime });
  const running = executor.run(definition, { id: "a" });
  running.catch(() => {});
  await settle();
  return { go, definition, executor, store, running };
}

describe("an owner whose process was stopped for longer than its lease", () => {
  test("asks once more, goes on if the run is still its own, and says that it was late", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const process = stoppable(stage.clock);
    const { go, running } = await begun(stage, process);
    process.stop();
    await stage.clock.advance(2 * leaseMs);

    process.go();
    await stage.clock.advance(leaseMs / 2);
    go.open();

    expect(await running).toBe("done");
    expect(stage.logger.warnings()).toEqual([expect.stringMatching(/heartbeat is late/)]);
  });

  test("stops itself if nobody answers within a tenth of its lease", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const process = stoppable(stage.clock);
    const { running, store } = await begun(stage, process);
    process.stop();
    await stage.clock.advance(2 * leaseMs);
    store.interfere("updateRun", hangs);

    process.go();
    await stage.clock.advance(leaseMs / 10);

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
    expect(stage.clock.monotonic()).toBe(2.1 * leaseMs);
  });
});

describe("an owner", () => {
  test("that has renewed its lease for long, and then cannot, stops itself before it is over", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const { running, store } = await begun(stage);
    await stage.clock.advance(10 * leaseMs);
    store.interfere("updateRun", fails());
    let stoppedAt = Infinity;
    running.catch(() => (stoppedAt = stage.clock.monotonic()));

    await stage.clock.advance(2 * leaseMs);

    expect(stoppedAt).toBeLessThan(11 * leaseMs);
  });

  test("is not late, and says nothing, as long as it renews its lease", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const { go, running } = await begun(stage);

    await stage.clock.advance(10 * leaseMs);
    go.open();

    expect(await running).toBe("done");
    expect(stage.logger.warnings()).toEqual([]);
  });

  test("sees at its next heartbeat that another has the run", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const { running, definition, store } = await begun(stage);
    stage.clock.gone.add((await store.getRun("a"))?.owner ?? "");
    const other = stage.spawn({ definitions: [definition] }).executor;
    expect((await other.recover()).resumed).toEqual(["a"]);

    await stage.clock.advance(leaseMs / 3);

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
    expect(stage.clock.monotonic()).toBe(leaseMs / 3);
  });

  test("sees at its next heartbeat that the run's journal is gone", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const { running, store } = await begun(stage);
    store.interfere("lastRecord", () => Promise.resolve(undefined));

    await stage.clock.advance(leaseMs / 3);

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
  });

  test("says when a heartbeat fails, and goes on", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const { go, running, store } = await begun(stage);
    const off = store.interfere("lastRecord", fails());

    await stage.clock.advance(3 * leaseMs);
    off();
    await stage.clock.advance(leaseMs);
    go.open();

    expect(await running).toBe("done");
    expect(stage.logger.warnings()).toContainEqual(expect.stringMatching(/heartbeat failed/));
  });

  for (const [what, answer] of [
    ["succeeds", () => Promise.resolve()],
    ["fails", fails()],
  ] as const) {
    test(`sends no heartbeat once its run has ended, also if one under way ${what}`, async () => {
      await using stage = bench(memoryPlace, { leaseMs });
      const { go, running, store } = await begun(stage);
      const answered = gate();
      store.interfere(
        "updateRun",
        once(async (call) => {
          await answered.opened;
          await answer(call, []);
          return call();
        }),
      );
      await stage.clock.advance(leaseMs / 3);
      go.open();
      await settle();
      answered.open();
      await stage.clock.advance(1000);
      expect(await running).toBe("done");
      expect(stage.clock.waiting()).toBe(0);
      const calls = store.calls.length;

      await stage.clock.advance(10 * leaseMs);

      expect(store.calls).toHaveLength(calls);
      expect(stage.logger.warnings()).toEqual([]);
    });
  }
});

test("an end does not wait for a heartbeat's look for requests, which hangs", async () => {
  await using stage = bench(memoryPlace, { leaseMs });
  const { go, store, running } = await begun(stage);
  store.interfere("lastRecord", once(hangs));
  await stage.clock.advance(leaseMs / 3);

  go.open();

  expect(await running).toBe("done");
  expect(await store.getRun("a")).toMatchObject({ status: "completed" });
});
