import { defineRun } from "@executus/core";
import type { RunQuery } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { gate, untilAborted } from "../support/promises.ts";
import { fails, memoryPlace, once, typesOf } from "../support/stores.ts";

const leaseMs = 30_000;

const named = (name: string) =>
  defineRun(name, { version: "1" }).phase("wait", ({ attempt, signal }) =>
    attempt === 1 ? untilAborted(signal) : `attempt ${attempt}`,
  );

const known = named("known");

/** Leaves runs behind that nobody drives. */
async function released({ spawn }: Bench, ...ids: readonly (readonly [string, string])[]) {
  const { executor } = spawn({ definitions: [] });
  for (const [id, name] of ids) {
    (await executor.start(named(name), { id })).result().catch(() => {});
  }
  await executor.shutdown({ graceMs: 0 });
}

describe("a sweep", () => {
  test("finds room for a run where others that it looked at first are left to others", async () => {
    await using stage = bench();
    await released(stage, ["a", "strange"], ["b", "known"], ["c", "strange"]);
    const { executor } = stage.spawn({ definitions: [known], maxConcurrentRuns: 1 });

    const { resumed, skipped } = await executor.recover();

    expect(resumed).toEqual(["b"]);
    // What comes after the one that is resumed finds no room.
    expect(skipped.map(({ id }) => id).toSorted()).toEqual(["a", "c"]);
  });

  test("says once of each run why it is left to others, however often it comes by", async () => {
    await using stage = bench();
    await released(stage, ["a", "strange"], ["b", "stranger"]);
    const { executor } = stage.spawn({ definitions: [known] });

    for (let sweep = 0; sweep < 3; sweep += 1) {
      expect((await executor.recover()).skipped).toHaveLength(2);
    }

    const said = expect.stringMatching(/left for others/);
    expect(stage.logger.warnings()).toEqual([said, said]);
  });

  test("looks at all active runs the first time and then once per lease, and at those that are due in between", async () => {
    await using stage = bench(memoryPlace, { leaseMs });
    const { executor, store } = stage.spawn({ definitions: [known] });
    const wholes: boolean[] = [];

    for (let third = 0; third < 7; third += 1) {
      const before = store.calls.length;
      await executor.recover();
      const query = store.calls[before]?.args[0] as RunQuery;
      wholes.push((query.due?.before ?? 0) > stage.clock.now());
      await stage.clock.advance(leaseMs / 3);
    }

    expect(wholes).toEqual([true, false, false, true, false, false, true]);
  });

  test("reports a run whose builder fits it as soon as that is known", async () => {
    await using stage = bench();
    await released(stage, ["a", "known"]);
    const go = gate();
    const built = defineRun("known", {
      version: "1",
      build: () => [{ name: "wait", run: () => go.opened }],
    });
    const { executor } = stage.spawn({ definitions: [built] });

    expect((await executor.recover()).resumed).toEqual(["a"]);

    go.open();
    await executor.idle();
  });

  test("says nothing of a run that goes on and completes, and says why one fails", async () => {
    await using stage = bench();
    await released(stage, ["a", "known"], ["b", "broken"]);
    const broken = defineRun("broken", { version: "1" }).phase("wait", () => {
      throw new RangeError("broken");
    });
    const { executor } = stage.spawn({ definitions: [known, broken] });

    await executor.recover();
    await executor.idle();

    expect(stage.logger.warnings()).toEqual([expect.stringMatching(/did not complete/)]);
  });

  test("that a shutdown overtakes gives back what it has claimed, and none of its code runs", async () => {
    await using stage = bench();
    await released(stage, ["a", "known"]);
    const ran: number[] = [];
    const counted = defineRun("known", { version: "1" }).phase("wait", ({ attempt }) => {
      ran.push(attempt);
    });
    const { executor, store } = stage.spawn({ definitions: [counted] });
    let stopped: Promise<void> | undefined;
    store.interfere(
      "append",
      once((call) => {
        stopped = executor.shutdown({ graceMs: 10_000 });
        return call();
      }),
    );

    const { resumed } = await executor.recover();
    await stopped;

    expect(resumed).toEqual([]);
    expect(ran).toEqual([]);
    expect(await typesOf(stage.place.open(), "a")).toEqual([
      "begin",
      "release",
      "claim",
      "release",
    ]);
  });

  test("that fails is logged, and the next one of recovery: { everyMs } comes all the same", async () => {
    await using stage = bench();
    await released(stage, ["a", "known"]);
    const { executor, store } = stage.spawn({
      definitions: [known],
      recovery: { everyMs: 1000 },
      beginTimeoutMs: 100,
    });
    const off = store.interfere("listRuns", fails());
    await stage.clock.advance(5000);
    expect(stage.logger.warnings()).toContainEqual(expect.stringMatching(/sweep .* failed/));

    off();
    await stage.clock.advance(5000);
    await settle();

    expect(await executor.get("a")).toMatchObject({ status: "completed", attempt: 2 });
  });
});
