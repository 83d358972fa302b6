import { defineRun, isExecutusError } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { fails, typesOf } from "../support/stores.ts";

const waits = defineRun("waits", { version: "1" }).phase("wait", ({ signal }) =>
  untilAborted(signal),
);

/** A run that another process has released. */
async function released({ spawn }: Bench, id = "a"): Promise<void> {
  const { executor } = spawn();
  (await executor.start(waits, { id })).result().catch(() => {});
  await executor.shutdown({ graceMs: 0 });
}

describe("shutdown", () => {
  test("lets runs end within its grace", async () => {
    const { spawn, clock } = bench();
    const { executor } = spawn();
    const go = gate();
    const slow = defineRun("slow", { version: "1" }).phase("wait", () =>
      go.opened.then(() => "done"),
    );
    const running = executor.run(slow, { id: "a" });
    await settle();

    const stopped = executor.shutdown({ graceMs: 10_000 });
    await clock.advance(5000);
    go.open();

    expect(await running).toBe("done");
    await stopped;
    expect(clock.monotonic()).toBe(5000);
  });

  test("releases what still runs when the grace is over", async () => {
    const { spawn, clock, place } = bench();
    const { executor } = spawn();
    const running = executor.run(waits, { id: "a" });
    running.catch(() => {});
    await settle();

    const stopped = executor.shutdown({ graceMs: 10_000 });
    await clock.advance(10_000);
    await stopped;

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_SHUTDOWN", retryable: true });
    expect(await typesOf(place.open(), "a")).toEqual(["begin", "release"]);
  });

  test("releases a run that failed because it called the executor that is closing", async () => {
    const { spawn, place } = bench();
    const { executor } = spawn();
    const arrived = gate();
    const go = gate();
    const outer = defineRun("outer", { version: "1" }).phase("call", async () => {
      arrived.open();
      await go.opened;
      return executor.run(waits, { id: "inner" });
    });
    const running = executor.run(outer, { id: "outer" });
    running.catch(() => {});
    await arrived.opened;

    const stopped = executor.shutdown({ graceMs: 10_000 });
    go.open();
    await stopped;

    expect(await typesOf(place.open(), "outer")).toEqual(["begin", "release"]);
  });

  test("stops those who wait for runs of others", async () => {
    const { spawn } = bench();
    const driving = spawn().executor;
    (await driving.start(waits, { id: "a" })).result().catch(() => {});
    const { executor } = spawn();
    const waiting = executor.run(waits, { id: "a" });
    waiting.catch(() => {});
    await settle();

    await executor.shutdown({ graceMs: 0 });

    expect(await rejection(waiting)).toMatchObject({ code: "EXECUTUS_SHUTDOWN" });
    expect(await driving.get("a")).toMatchObject({ status: "active" });
  });

  for (const offset of Array.from({ length: 30 }, (_, i) => i)) {
    test(`that begins ${offset} steps after a call leaves nothing claimed and writes nothing once it has resolved`, async () => {
      const here = bench();
      await released(here);
      const { executor, store } = here.spawn({ definitions: [waits] });
      const called = (await executor.attach("a")).result();
      called.catch(() => {});
      const sweeping = executor.recover();
      sweeping.catch(() => {});
      for (let step = 0; step < offset; step += 1) await Promise.resolve();

      await executor.shutdown({ graceMs: 0 });
      const calls = store.calls.length;
      await settle();

      expect(store.calls.length).toBe(calls);
      const error = await rejection(called);
      expect(isExecutusError(error, "EXECUTUS_SHUTDOWN")).toBe(true);
      const types = await typesOf(here.place.open(), "a");
      expect(types.at(-1)).toBe("release");
    });
  }

  test("waits for verbs that write, and stops a prune between two runs", async () => {
    const { spawn } = bench();
    const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");
    const { executor, store } = spawn();
    for (const id of ["a", "b", "c", "d"]) await executor.run(greet, { id });
    const other = spawn();
    const pruning = other.executor.prune({ olderThanMs: -0 }).catch((error: unknown) => error);
    const deleting = other.executor.delete("d").catch((error: unknown) => error);
    await Promise.resolve();

    await other.executor.shutdown({ graceMs: 0 });
    const calls = other.store.calls.length;
    await Promise.all([pruning, deleting]);
    await settle();

    expect(other.store.calls.length).toBe(calls);
    expect((await store.listRuns({ status: "completed", limit: 9 })).runs.length).toBeGreaterThan(
      0,
    );
  });

  test("does not wait for a schema that never settles", async () => {
    const { spawn } = bench();
    const { executor, store } = spawn();
    const endless = {
      "~standard": { version: 1, vendor: "test", validate: () => new Promise<never>(() => {}) },
    };
    const definition = defineRun("endless", { version: "1", input: endless as never }).phase(
      "x",
      () => 1,
    );
    const running = executor.run(definition, { id: "a", input: 1 as never });
    running.catch(() => {});
    await settle();

    await executor.shutdown({ graceMs: 0 });

    expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_SHUTDOWN" });
    expect(store.calls.map(({ verb }) => verb)).toEqual(["getRun"]);
  });
});

describe("a sweep", () => {
  test("is not held up by a builder that never settles", async () => {
    const here = bench();
    await released(here, "hangs");
    const endless = defineRun("waits", { version: "1", build: () => new Promise<never>(() => {}) });
    const { executor } = here.spawn({ definitions: [endless], callTimeoutMs: 1000 });

    const sweeping = executor.recover();
    await here.clock.advance(1000);

    expect((await sweeping).resumed).toEqual(["hangs"]);
  });

  test("reports what it resumed although removals cannot be listed, and says so", async () => {
    const here = bench();
    await released(here);
    const { executor, store } = here.spawn({ definitions: [waits], beginTimeoutMs: 100 });
    store.interfere("listRuns", (call, [query]) =>
      (query as { status: string }).status === "deleting" ? fails()(call, []) : undefined,
    );

    const sweeping = executor.recover();
    await here.clock.advance(1000);

    expect((await sweeping).resumed).toEqual(["a"]);
    expect(here.logger.warnings()).toContainEqual(expect.stringMatching(/could not be listed/));
  });

  test("goes on when a removal fails, and says so", async () => {
    const here = bench();
    const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");
    const done = here.spawn();
    await done.executor.run(greet, { id: "gone" });
    const row = await done.store.getRun("gone");
    if (row === undefined) throw new Error("no row");
    await done.store.updateRun(
      row,
      { status: "deleting", updatedAt: 0 },
      { status: "completed", maxGeneration: 9 },
    );
    await released(here);
    const { executor, store } = here.spawn({ definitions: [waits], beginTimeoutMs: 100 });
    store.interfere("deleteRun", fails());

    const sweeping = executor.recover();
    await here.clock.advance(1000);

    expect((await sweeping).resumed).toEqual(["a"]);
    expect(here.logger.warnings()).toContainEqual(
      expect.stringMatching(/removal could not be finished/),
    );
  });
});

describe("what is thrown and throws when it is looked at", () => {
  const hostile: readonly [string, () => unknown][] = [
    [
      "an error whose code throws",
      () => Object.defineProperty(new Error("x"), "code", { get: thrower }),
    ],
    [
      "an error whose message throws",
      () => Object.defineProperty(new Error("x"), "message", { get: thrower }),
    ],
    ["an object whose cause throws", () => Object.defineProperty({}, "cause", { get: thrower })],
    ["a revoked proxy", revokedProxy],
  ];
  for (const [what, make] of hostile) {
    test(`reaches the caller untouched, and fails the run: ${what}`, async () => {
      const { spawn } = bench();
      const { executor } = spawn();
      const thrown = make();
      const broken = defineRun("broken", { version: "1" }).phase("throw", () => {
        throw thrown;
      });

      const untouched = await executor.run(broken, { id: "a" }).then(
        () => false,
        (error: unknown) => Object.is(error, thrown),
      );

      expect(untouched).toBe(true);
      expect(await executor.get("a")).toMatchObject({ status: "failed" });
    });
  }
});

function thrower(): never {
  throw new Error("do not look at me");
}

function revokedProxy(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test("a state that is given to a fresh run is saved before anything runs", async () => {
  const { spawn, place } = bench();
  const arrived = gate();
  const ran: string[] = [];
  const steps = defineRun("steps", { version: "1" })
    .phase("a", () => ran.push("a"))
    .phase("b", ({ attempt, signal }) => {
      ran.push(`b/${attempt}`);
      arrived.open();
      return attempt === 1 ? untilAborted(signal) : "B";
    });
  const resume = {
    history: [],
    turns: 0,
    completedPhases: [{ name: "a", index: 0, output: "given" }],
  };
  const first = spawn().executor;
  void first.run(steps, { id: "x", resume }).catch(() => {});
  await arrived.opened;
  expect(await typesOf(place.open(), "x")).toEqual(["begin", "save"]);
  await first.shutdown({ graceMs: 0 });

  expect(await spawn().executor.run(steps, { id: "x" })).toBe("B");
  expect(ran).toEqual(["b/1", "b/2"]);
});
