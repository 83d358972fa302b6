import { defineRun } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { answerLost, fails, hangs, memoryPlace, once, typesOf } from "../support/stores.ts";

const leaseMs = 30_000;

const typeOf = (args: readonly unknown[]): string => (args[1] as { type: string }).type;

/** A run whose first attempt waits until it is stopped. */
function waits() {
  const arrived = gate();
  const definition = defineRun("waits", { version: "1" })
    .phase("first", () => "kept")
    .phase("second", ({ attempt, signal }) => {
      arrived.open();
      return attempt === 1 ? untilAborted(signal) : `attempt ${attempt}`;
    });
  return { definition, arrived };
}

describe("an owner that cannot renew its lease", () => {
  for (const [what, how] of [
    ["fails", fails()],
    ["hangs", hangs],
  ] as const) {
    test(`because the store ${what} stops itself before the lease is over, and writes nothing`, async () => {
      const { spawn, clock, place } = bench(memoryPlace, { leaseMs });
      const { definition, arrived } = waits();
      const { executor, store } = spawn();
      const running = executor.run(definition, { id: "a" });
      let stoppedAt = 0;
      running.catch(() => (stoppedAt = clock.monotonic()));
      await arrived.opened;
      store.interfere("updateRun", how);
      const before = await typesOf(place.open(), "a");

      await clock.advance(leaseMs);

      expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
      expect(stoppedAt).toBeLessThan(leaseMs);
      expect(await typesOf(place.open(), "a")).toEqual(before);
    });
  }

  test("stops itself in time also while the fate of a save is unknown", async () => {
    const { spawn, clock } = bench(memoryPlace, { leaseMs, saveTimeoutMs: 1000 });
    const { definition, arrived } = waits();
    const { executor, store } = spawn();
    store.interfere("updateRun", hangs);
    store.interfere("append", (call, args) =>
      typeOf(args) === "save" ? hangs(call, args) : undefined,
    );
    const running = executor.run(definition, { id: "a" });
    let stoppedAt = Infinity;
    running.catch(() => (stoppedAt = clock.monotonic()));
    await clock.advance(1000);
    await arrived.opened;

    await clock.advance(2 * leaseMs);

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
    expect(stoppedAt).toBeLessThan(leaseMs);
  });

  test("writes nothing for a phase that ends after it", async () => {
    const { spawn, clock, place } = bench(memoryPlace, { leaseMs });
    const { executor, store } = spawn();
    const go = gate();
    const deaf = defineRun("deaf", { version: "1" })
      .phase("first", () => go.opened)
      .phase("second", () => "never");
    const running = executor.run(deaf, { id: "a" });
    running.catch(() => {});
    await settle();
    store.interfere("updateRun", fails());
    await clock.advance(leaseMs - 1);

    go.open();

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
    expect(await typesOf(place.open(), "a")).toEqual(["begin"]);
  });

  test("keeps it although requests cannot be read", async () => {
    const { spawn, clock } = bench(memoryPlace, { leaseMs });
    const { definition, arrived } = waits();
    const { executor, store } = spawn();
    const running = executor.run(definition, { id: "a" });
    running.catch(() => {});
    await arrived.opened;
    const off = store.interfere("lastRecord", fails());

    await clock.advance(5 * leaseMs);
    off();

    expect(await executor.get("a")).toMatchObject({ status: "active" });
    expect(await spawn({ definitions: [definition] }).executor.recover()).toMatchObject({
      resumed: [],
    });
  });

  test("asks once more after its process was stopped, and goes on if the run is still its own", async () => {
    const { spawn, clock, logger } = bench(memoryPlace, { leaseMs });
    const go = gate();
    const definition = defineRun("waits", { version: "1" }).phase("wait", () =>
      go.opened.then(() => "done"),
    );
    const { executor, store } = spawn();
    const running = executor.run(definition, { id: "a" });
    await settle();
    // Stopped: no call is sent until it goes on.
    const off = store.interfere("updateRun", (call) => go.opened.then(call));
    await clock.advance(leaseMs / 3);
    off();
    go.open();

    expect(await running).toBe("done");
    expect(logger.warnings()).toEqual([]);
  });
});

describe("a hand-over", () => {
  test("whose claimer died before it told the row is taken over within its lease, whatever its clock said", async () => {
    const { spawn, clock, place } = bench(memoryPlace, { leaseMs });
    const { definition, arrived } = waits();
    const first = spawn();
    void first.executor.run(definition, { id: "a" }).catch(() => {});
    await arrived.opened;
    first.store.interfere("updateRun", hangs);
    first.store.interfere("append", hangs);
    await clock.advance(leaseMs + 1);
    clock.shiftWallClock(3_600_000);
    const second = spawn({ definitions: [definition] });
    second.store.interfere("updateRun", hangs);
    void second.executor.recover();
    await settle();
    expect(await typesOf(place.open(), "a")).toEqual(["begin", "save", "claim"]);
    clock.shiftWallClock(-3_600_000);
    const third = spawn({ definitions: [definition] });

    expect((await third.executor.recover()).resumed).toEqual([]);
    let resumed: readonly string[] = [];
    for (let sweep = 0; sweep < 8 && resumed.length === 0; sweep += 1) {
      await clock.advance(leaseMs / 4);
      ({ resumed } = await third.executor.recover());
    }

    expect(resumed).toEqual(["a"]);
  });

  test("is left alone while its claimer is telling the row", async () => {
    const { spawn, clock } = bench(memoryPlace, { leaseMs });
    const { definition, arrived } = waits();
    const first = spawn();
    void first.executor.run(definition, { id: "a" }).catch(() => {});
    await arrived.opened;
    await first.executor.shutdown({ graceMs: 0 });
    const second = spawn({ definitions: [definition] });
    const told = gate();
    second.store.interfere("updateRun", (call) => told.opened.then(call));
    const claiming = second.executor.recover();
    await settle();

    const other = await spawn({ definitions: [definition] }).executor.recover();
    told.open();

    expect(other.resumed).toEqual([]);
    expect((await claiming).resumed).toEqual(["a"]);
    expect(clock.monotonic()).toBe(0);
  });

  test("is left alone also if it began after another claimer had looked, and before that one read", async () => {
    const { spawn, place } = bench(memoryPlace, { leaseMs });
    const { definition, arrived } = waits();
    const first = spawn();
    void first.executor.run(definition, { id: "a" }).catch(() => {});
    await arrived.opened;
    await first.executor.shutdown({ graceMs: 0 });
    const [second, third] = [spawn({ definitions: [definition] }), spawn()];
    const told = gate();
    second.store.interfere("updateRun", (call) => told.opened.then(call));
    let claiming: Promise<unknown> | undefined;
    let looks = 0;
    third.store.interfere("lastRecord", async (call) => {
      const seen = await call();
      looks += 1;
      // The first look finds the run, the second one is the claim's.
      if (looks !== 2) return seen;
      claiming = second.executor.recover();
      await settle();
      return seen;
    });

    const result = third.executor.run(definition, { id: "a", ifActive: "reject" });
    const refusal = await rejection(result);
    told.open();

    expect(refusal).toMatchObject({ code: "EXECUTUS_RUN_ACTIVE" });
    expect(await claiming).toMatchObject({ resumed: ["a"] });
    await second.executor.idle();
    expect(await typesOf(place.open(), "a")).toEqual([
      "begin",
      "save",
      "release",
      "claim",
      "complete",
    ]);
  });
});

describe("a begin that takes longer than the lease", () => {
  test("before the row is inserted gives its owner a whole lease all the same", async () => {
    const { spawn, clock } = bench(memoryPlace, { leaseMs });
    const { definition, arrived } = waits();
    const { executor, store } = spawn({ callTimeoutMs: 1e9, beginTimeoutMs: 1e9 });
    const slow = gate();
    store.interfere("append", (call, args) =>
      typeOf(args) === "begin" ? slow.opened.then(call) : undefined,
    );
    void executor.run(definition, { id: "a" }).catch(() => {});
    await clock.advance(2 * leaseMs);
    slow.open();
    await arrived.opened;

    const other = spawn({ definitions: [definition] });

    expect((await other.executor.recover()).resumed).toEqual([]);
  });
});

describe("an insertion of unknown fate", () => {
  test("whose run was claimed, ended and removed meanwhile does not drive a removed journal", async () => {
    const { spawn, clock } = bench(memoryPlace, { leaseMs });
    const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");
    const { executor, store } = spawn();
    let inserts = 0;
    store.interfere("insertRun", async (call, args) => {
      inserts += 1;
      if (inserts === 1) return answerLost(call, args);
      if (inserts === 2) {
        const answer = await call();
        const other = spawn({ definitions: [greet] });
        await clock.advance(0);
        clock.gone.add((await other.store.getRun("a"))?.owner ?? "");
        await other.executor.recover();
        await other.executor.idle();
        await other.executor.delete("a");
        return answer;
      }
      return call();
    });

    const running = executor.run(greet, { id: "a" });
    running.catch(() => {});
    await clock.advance(5000);

    expect(await rejection(running)).toMatchObject({
      code: "EXECUTUS_STORE_UNAVAILABLE",
      uncertain: true,
    });
    expect(inserts).toBe(3);
    expect(await spawn().executor.get("a")).toBeUndefined();
  });
});

describe("the caller's abort while its run is being claimed", () => {
  test("leaves the run for others", async () => {
    const { spawn } = bench(memoryPlace, { leaseMs });
    const { definition, arrived } = waits();
    const first = spawn();
    void first.executor.run(definition, { id: "a" }).catch(() => {});
    await arrived.opened;
    await first.executor.shutdown({ graceMs: 0 });
    const { executor, store } = spawn();
    const caller = new AbortController();
    store.interfere(
      "append",
      once(async (call) => {
        caller.abort("enough");
        return call();
      }),
    );

    const error = await rejection(executor.run(definition, { id: "a", signal: caller.signal }));

    expect(error).toBe("enough");
    expect(await executor.get("a")).toMatchObject({ status: "active" });
    expect((await spawn({ definitions: [definition] }).executor.recover()).resumed).toEqual(["a"]);
  });
});
