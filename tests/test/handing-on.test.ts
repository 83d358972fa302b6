/** What the next owner of a run is given, and when it may take the run. */
import { defineLoop, defineRun, ExecutusError, phase } from "@executus/core";
import type { Definition, JournalRecord, RunPatch } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { foreignRecord } from "../support/foreign-record.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { fails, hangs, memoryPlace, once, typesOf } from "../support/stores.ts";
import type { Interference } from "../support/stores.ts";

const leaseMs = 30_000;
const hourMs = 3_600_000;

const waits = defineRun("waits", { version: "1" }).phase("wait", ({ attempt, signal }) =>
  attempt === 1 ? untilAborted(signal) : `attempt ${attempt}`,
);

const never = defineRun("waits", { version: "1" }).phase("wait", ({ signal }) =>
  untilAborted(signal),
);

let isBroken = true;
const flaky = defineRun("flaky", { version: "1" }).phase("try", () => {
  if (isBroken) throw new RangeError("broken");
  return "mended";
});

const appendOf =
  (type: string, how: Interference): Interference =>
  (call, args) =>
    (args[1] as { type: string }).type === type ? how(call, args) : undefined;

/** Begins "a" in a process of its own. */
async function started({ spawn }: Bench, definition: Definition<undefined, unknown> = waits) {
  const process = spawn();
  (await process.executor.start(definition, { id: "a" })).result().catch(() => {});
  await settle();
  return process;
}

/** Makes a process stop in the middle of what it does, and lets others see that it is gone. */
async function die({ clock, place }: Bench, { store }: ReturnType<Bench["spawn"]>) {
  for (const verb of ["append", "updateRun", "getRun", "lastRecord"] as const) {
    store.interfere(verb, hangs);
  }
  clock.gone.add((await place.open().getRun("a"))?.owner ?? "");
}

describe("attempts that die one after the other", () => {
  const built = ["a", "b", "c", "d", "e", "f"].map((name) =>
    phase(name, ({ completedPhases, attempt }) =>
      completedPhases.length < attempt || attempt > 5 ? name : new Promise(() => {}),
    ),
  );
  const phases: Definition<undefined, unknown> = defineRun("steps", {
    version: "1",
    build: () => built,
  });
  const loop: Definition<undefined, unknown> = defineLoop("steps", {
    version: "1",
    turn: ({ turn, attempt }) =>
      turn <= attempt || attempt > 5
        ? { append: [], done: turn === 7, output: "done" }
        : new Promise<never>(() => {}),
  });

  for (const [what, definition] of [
    ["a phase", phases],
    ["a turn without a message", loop],
  ] as const) {
    test(`do not use a run up as long as each gets ${what} further`, async () => {
      const stage = bench(memoryPlace, { definitions: [definition] });
      let process = await started(stage, definition);
      for (let attempt = 2; attempt <= 6; attempt += 1) {
        await die(stage, process);
        process = stage.spawn({ maxFailedAttemptsWithoutProgress: 2 });
        expect(await process.executor.recover()).toMatchObject({ resumed: ["a"], exhausted: [] });
        await settle();
      }

      await process.executor.idle();
      expect(await process.executor.get("a")).toMatchObject({ status: "completed", attempt: 6 });
    });
  }
});

describe("the next owner", () => {
  test("is given what a release carries, because no save could", async () => {
    await using stage = bench();
    const { spawn, place } = stage;
    const arrived = gate();
    const ran: string[] = [];
    const steps = defineRun("steps", { version: "1" })
      .phase("first", ({ attempt }) => ran.push(`first/${attempt}`))
      .phase("second", ({ attempt, signal }) => {
        ran.push(`second/${attempt}`);
        arrived.open();
        return attempt === 1 ? untilAborted(signal) : "done";
      });
    const { executor, store } = spawn();
    const wrong = new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", "The disk is read-only.");
    store.interfere("append", appendOf("save", fails(wrong)));
    void executor.run(steps, { id: "a" }).catch(() => {});
    await arrived.opened;
    await executor.shutdown({ graceMs: 0 });
    expect(await typesOf(place.open(), "a")).toEqual(["begin", "release"]);

    expect(await spawn().executor.run(steps, { id: "a" })).toBe("done");

    expect(ran).toEqual(["first/1", "second/1", "second/2"]);
  });

  test("counts the turns of those before it against the limit", async () => {
    await using stage = bench();
    const turns: string[] = [];
    const endless = defineLoop<undefined, number>("endless", {
      version: "1",
      maxTurns: 3,
      turn: ({ turn, attempt, signal }) => {
        turns.push(`${turn}/${attempt}`);
        return turn === 3 && attempt === 1 ? untilAborted(signal) : { append: [turn] };
      },
    });
    const first = await started(stage, endless);
    await first.executor.shutdown({ graceMs: 0 });

    const error = await rejection(stage.spawn().executor.run(endless, { id: "a" }));

    expect(error).toMatchObject({ code: "EXECUTUS_TURN_LIMIT" });
    expect(turns).toEqual(["1/1", "2/1", "3/1", "3/2"]);
  });

  test("goes on with a run to which somebody has made a request that this version does not know", async () => {
    await using stage = bench();
    const { executor, store } = await started(stage);
    await executor.shutdown({ graceMs: 0 });
    const { incarnation = "" } = (await store.getRun("a")) ?? {};
    const request = { seq: 3, type: "request", generation: 1 };
    await store.append(incarnation, foreignRecord(incarnation, request, { kind: "pause" }));

    expect(await stage.spawn().executor.run(waits, { id: "a" })).toBe("attempt 2");
  });

  test("of a run that was opened again has as much time as the first one had", async () => {
    await using stage = bench();
    const { executor } = stage.spawn({ definitions: [never] });
    const running = executor.run(never, { id: "a", timeoutMs: 5000 });
    running.catch(() => {});
    await stage.clock.advance(5000);
    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_DEADLINE_EXCEEDED" });
    await stage.clock.advance(hourMs);

    const again = (await executor.retry("a")).result();
    again.catch(() => {});

    const deadline = stage.clock.now() + 5000;
    expect(await executor.get("a")).toMatchObject({ status: "active", deadline });
    await stage.clock.advance(5000);
    expect(await rejection(again)).toMatchObject({ code: "EXECUTUS_DEADLINE_EXCEEDED" });
  });
});

describe("a run may be taken at once", () => {
  test("after a release of which its row could not be told", async () => {
    await using stage = bench(memoryPlace, { beginTimeoutMs: 100 });
    const first = await started(stage);
    first.store.interfere("updateRun", fails());
    const stopping = first.executor.shutdown({ graceMs: 0 });
    await stage.clock.advance(1000);
    await stopping;

    const result = stage.spawn().executor.run(waits, { id: "a", ifActive: "reject" });

    expect(await result).toBe("attempt 2");
  });

  test("if its claimer was seen to go before it told the row", async () => {
    const stage = bench(memoryPlace, { leaseMs, definitions: [waits] });
    const first = await started(stage);
    await first.executor.shutdown({ graceMs: 0 });
    const second = stage.spawn();
    const claims: string[] = [];
    second.store.interfere(
      "append",
      appendOf("claim", (call, [, record]) => {
        const [line = ""] = String((record as JournalRecord).data).split("\n");
        claims.push((JSON.parse(line) as { owner: string }).owner);
        return call();
      }),
    );
    second.store.interfere("updateRun", hangs);
    void second.executor.recover();
    await settle();
    const { executor } = stage.spawn();
    expect((await executor.recover()).resumed).toEqual([]);

    stage.clock.gone.add(claims[0] ?? "");

    expect((await executor.recover()).resumed).toEqual(["a"]);
  });

  for (const cancelled of [false, true]) {
    const what = cancelled ? "and cancelled" : "again";
    test(`if it was opened ${what} by one whose clock is hours ahead`, async () => {
      await using stage = bench();
      isBroken = true;
      await rejection(stage.spawn().executor.run(flaky, { id: "a" }));
      isBroken = false;
      stage.clock.shiftWallClock(hourMs);
      await stage.spawn().executor.retry("a");
      stage.clock.shiftWallClock(-hourMs);
      const { executor } = stage.spawn({ definitions: [flaky] });

      if (cancelled) await executor.cancel("a");
      else expect((await executor.recover()).resumed).toEqual(["a"]);

      await executor.idle();
      const status = cancelled ? "failed" : "completed";
      expect(await executor.get("a")).toMatchObject({ status });
    });
  }
});

describe("a run may not be taken", () => {
  test("from a claimer that renews its lease, however long ago it saved anything", async () => {
    await using stage = bench(memoryPlace, { leaseMs, definitions: [never] });
    const first = await started(stage, never);
    await first.executor.shutdown({ graceMs: 0 });
    expect((await stage.spawn().executor.recover()).resumed).toEqual(["a"]);
    const other = stage.spawn().executor;

    for (let third = 0; third < 12; third += 1) {
      await stage.clock.advance(leaseMs / 3);
      const refusal = await rejection(other.run(never, { id: "a", ifActive: "reject" }));
      expect(refusal).toMatchObject({ code: "EXECUTUS_RUN_ACTIVE" });
      expect((await other.recover()).resumed).toEqual([]);
    }
  });
});

describe("a deletion", () => {
  test("that somebody's retry overtakes leaves the run alone", async () => {
    await using stage = bench();
    isBroken = true;
    const { executor, store } = stage.spawn();
    await rejection(executor.run(flaky, { id: "a" }));
    const other = stage.spawn().executor;
    store.interfere(
      "updateRun",
      once(async (call, [, patch]) => {
        expect((patch as RunPatch).status).toBe("deleting");
        await other.retry("a");
        return call();
      }),
    );

    const error = await rejection(executor.delete("a"));

    expect(error).toMatchObject({ code: "EXECUTUS_RUN_ACTIVE", runId: "a", retryable: false });
    expect(await other.get("a")).toMatchObject({ status: "active" });
  });
});

describe("a retry", () => {
  test("that somebody else's overtakes opens the run once", async () => {
    await using stage = bench();
    isBroken = true;
    const { executor, store } = stage.spawn();
    await rejection(executor.run(flaky, { id: "a" }));
    const other = stage.spawn().executor;
    store.interfere(
      "append",
      once(async (call) => {
        await other.retry("a");
        return call();
      }),
    );

    await executor.retry("a");

    expect(await typesOf(store, "a")).toEqual(["begin", "fail", "reopen"]);
  });
});
