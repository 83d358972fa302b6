import { createExecutor, defineLoop, defineRun, ExecutusError } from "@executus/core";
import type { RunEvent } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import { settle, testClock } from "../support/clock.ts";
import { testLogger } from "../support/logger.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { hangs, memoryPlace } from "../support/stores.ts";

function setUp() {
  const clock = testClock();
  const place = memoryPlace();
  const logger = testLogger();
  const spawn = () => createExecutor({ store: place.open(), runtime: clock, logger });
  return { clock, spawn, logger };
}

const typesIn = (events: readonly RunEvent[]): string[] => events.map(({ type }) => type);

describe("events", () => {
  test("of the driving process tell records and what happens between them, in order", async () => {
    const { spawn } = setUp();
    const steps = defineRun("steps", { version: "1" })
      .phase("a", ({ report }) => {
        report({ done: 1 });
        return "A";
      })
      .phase("b", () => "B");

    const handle = await spawn().start(steps, { id: "x" });
    const events = await Array.fromAsync(handle.events());

    expect(typesIn(events)).toEqual([
      "begun",
      "phase-started",
      "report",
      "phase-completed",
      "phase-started",
      "phase-completed",
      "ended",
    ]);
    expect(events[2]).toMatchObject({ data: { done: 1 } });
    expect(events[3]).toMatchObject({ name: "a", index: 0, output: "A" });
    expect(events.at(-1)).toMatchObject({ status: "completed" });
  });

  test("elsewhere are polled from the journal, every record of it, until the end", async () => {
    const { spawn, clock } = setUp();
    const go = gate();
    const talk = defineLoop<undefined, string, string>("talk", {
      version: "1",
      turn: async ({ turn }) => {
        if (turn === 2) await go.opened;
        return { append: [`turn ${turn}`], done: turn === 3, output: "over" };
      },
    });
    const driving = await spawn().start(talk, { id: "x" });
    const elsewhere = await spawn().attach("x");
    const events: RunEvent[] = [];
    const reading = (async () => {
      for await (const event of elsewhere.events()) events.push(event);
    })();

    await clock.advance(3000);
    const before = typesIn(events);
    go.open();
    await driving.result();
    await clock.advance(3000);
    await reading;

    expect(before).toEqual(["begun", "turn-completed"]);
    expect(typesIn(events)).toEqual([
      "begun",
      "turn-completed",
      "turn-completed",
      "turn-completed",
      "ended",
    ]);
    expect(events[1]).toMatchObject({ turn: 1, messages: ["turn 1"] });
  });

  test("of a run that was retried go on to its last end", async () => {
    const { spawn, clock } = setUp();
    let wrong = true;
    const flaky = defineRun("flaky", { version: "1" }).phase("try", () => {
      if (wrong) throw new Error("wrong");
      return "right";
    });
    const executor = spawn();
    await rejection(executor.run(flaky, { id: "x" }));
    await executor.retry("x");
    wrong = false;
    await executor.run(flaky, { id: "x" });
    await clock.advance(10);

    const first: RunEvent[] = [];
    const handle = await executor.attach("x");
    for await (const event of handle.events()) first.push(event);

    expect(typesIn(first)).toEqual([
      "begun",
      "ended",
      "reopened",
      "attempt",
      "phase-completed",
      "ended",
    ]);
    expect(first[3]).toMatchObject({ attempt: 2 });
  });

  test("stop for a consumer that leaves, and the run goes on", async () => {
    const { spawn } = setUp();
    const go = gate();
    const slow = defineRun("slow", { version: "1" })
      .phase("a", () => "A")
      .phase("b", async () => {
        await go.opened;
        return "B";
      });
    const handle = await spawn().start(slow, { id: "x" });

    for await (const event of handle.events()) {
      if (event.type === "phase-completed") break;
    }
    await rejection(
      (async () => {
        for await (const event of handle.events()) throw new Error(event.type);
      })(),
    );
    go.open();

    expect(await handle.result()).toBe("B");
  });

  test("that are recorded have a position, the same for everybody, and go on after one", async () => {
    const { spawn, clock } = setUp();
    const steps = defineRun("steps", { version: "1" })
      .phase("a", ({ report }) => report("in a"))
      .phase("b", ({ report }) => report("in b"));
    const handle = await spawn().start(steps, { id: "x" });
    const here = await Array.fromAsync(handle.events());
    const elsewhere = await spawn().attach("x");
    await clock.advance(0);

    const positions = here.map((event) => ("position" in event ? event.position : event.type));
    expect(positions).toEqual([1, "phase-started", "report", 2, "phase-started", "report", 3, 4]);
    const recorded = here.filter((event) => "position" in event);
    expect(await Array.fromAsync(elsewhere.events())).toEqual(recorded);
    expect(await Array.fromAsync(elsewhere.events({ after: 2 }))).toEqual(recorded.slice(2));
    expect(await Array.fromAsync(elsewhere.events({ after: 4 }))).toEqual([]);
    expect(typesIn(await Array.fromAsync(handle.events({ after: 2 })))).toEqual([
      "phase-started",
      "report",
      "phase-completed",
      "ended",
    ]);
  });

  test("of a run without a store have positions as well", async () => {
    const go = gate();
    const steps = defineRun("steps", { version: "1" })
      .phase("a", () => go.opened)
      .phase("b", () => 2);
    const handle = await createExecutor({ logger: testLogger() }).start(steps);
    const reading = Array.fromAsync(handle.events({ after: 1 }));
    go.open();

    expect(typesIn(await reading)).toEqual([
      "phase-started",
      "phase-completed",
      "phase-started",
      "phase-completed",
      "ended",
    ]);
  });

  test("of an interrupted run are told as it is taken over, without waiting for a look", async () => {
    await using world = bench();
    const arrived = gate();
    const seen = gate();
    const steps = defineRun("steps", { version: "1" })
      .phase("a", () => "A")
      .phase("b", async ({ attempt, signal }) => {
        arrived.open();
        if (attempt === 1) await untilAborted(signal);
        await seen.opened;
      });
    const first = world.spawn();
    const stopped = await first.executor.start(steps, { id: "x" });
    await arrived.opened;
    await first.executor.shutdown({ graceMs: 0 });
    await rejection(stopped.result());

    const handle = await world.spawn().executor.start(steps, { id: "x" });
    const told: string[] = [];
    for await (const { type } of handle.events({ after: 2 })) {
      told.push(type);
      if (type === "phase-started") seen.open();
    }

    expect(told).toEqual(["released", "attempt", "phase-started", "phase-completed", "ended"]);
  });

  test("can be left at once while the store does not answer", async () => {
    await using world = bench();
    const greet = defineRun("greet", { version: "1" }).phase("wait", ({ signal }) =>
      untilAborted(signal),
    );
    (await world.spawn().executor.start(greet, { id: "x" })).result().catch(() => {});
    const { executor, store } = world.spawn();
    const handle = await executor.attach("x");
    store.interfere("getRun", hangs);
    const caller = new AbortController();
    const listener = handle.events();
    const waiting = listener.next();
    const aborted = rejection(handle.events({ signal: caller.signal }).next());
    await settle();
    caller.abort(new Error("gone"));

    expect(await listener.return?.()).toMatchObject({ done: true });
    expect(await waiting).toMatchObject({ done: true });
    expect(await aborted).toMatchObject({ message: "gone" });
  });

  for (const where of ["here", "elsewhere"]) {
    test(`of a quiet run can be left at once, and cost nothing from then on: ${where}`, async () => {
      await using world = bench();
      const arrived = gate();
      const quiet = defineRun("quiet", { version: "1" }).phase("wait", ({ signal }) => {
        arrived.open();
        return untilAborted(signal);
      });
      const driving = world.spawn();
      const own = await driving.executor.start(quiet, { id: "x" });
      own.result().catch(() => {});
      await arrived.opened;
      const other = world.spawn();
      const handle = where === "here" ? own : await other.executor.attach("x");
      const caller = new AbortController();
      const reason = new Error("gone");
      const left = handle.events();
      const aborted = Array.fromAsync(handle.events({ signal: caller.signal }));
      const first = await left.next();
      if (where === "here") await left.next();
      const waiting = left.next();
      await settle();

      caller.abort(reason);
      expect(await rejection(aborted)).toBe(reason);
      expect(await left.return?.()).toMatchObject({ done: true });
      expect(await waiting).toMatchObject({ done: true });
      expect(first.value).toMatchObject({ type: "begun" });
      const before = other.store.calls.length;
      await world.clock.advance(5_000);
      expect(other.store.calls.length).toBe(before);
    });
  }

  test("lose the oldest reports for a reader who does not keep up, and never a record", async () => {
    const { spawn } = setUp();
    const chatty = defineRun("chatty", { version: "1" }).phase("talk", ({ report }) => {
      for (let i = 0; i < 5000; i += 1) report(i);
    });
    const handle = await spawn().start(chatty, { id: "x" });

    const events = await Array.fromAsync(handle.events());

    const reports = events.filter(({ type }) => type === "report");
    expect(reports.length).toBeLessThan(5000);
    expect(reports.at(-1)).toMatchObject({ data: 4999 });
    expect(
      typesIn(events.filter(({ type }) => type !== "report" && type !== "phase-started")),
    ).toEqual(["begun", "phase-completed", "ended"]);
  });

  test("come in order, and none is lost, for a reader who is a little slow", async () => {
    const { spawn } = setUp();
    const steps = defineRun("steps", { version: "1" })
      .phase("a", () => settle())
      .phase("b", () => settle())
      .phase("c", () => settle());
    const handle = await spawn().start(steps, { id: "x" });
    const seen: string[] = [];

    for await (const event of handle.events()) {
      seen.push("name" in event ? `${event.type} ${event.name}` : event.type);
      await settle();
      await settle();
      await settle();
    }

    expect(seen).toEqual([
      "begun",
      "phase-started a",
      "phase-completed a",
      "phase-started b",
      "phase-completed b",
      "phase-started c",
      "phase-completed c",
      "ended",
    ]);
  });

  test("of a run that is deleted and begun anew end with the old one", async () => {
    const { spawn, clock } = setUp();
    const greet = defineRun("greet", { version: "1" }).phase("wait", ({ signal }) =>
      untilAborted(signal),
    );
    const executor = spawn();
    const first = await executor.start(greet, { id: "x" });
    first.result().catch(() => {});
    const elsewhere = spawn();
    const reading = Array.fromAsync((await elsewhere.attach("x")).events());
    await clock.advance(1500);
    await first.cancel();
    await executor.idle();
    await executor.delete("x");
    const second = await executor.start(greet, { id: "x" });
    second.result().catch(() => {});

    await clock.advance(3000);

    expect(typesIn(await reading)[0]).toBe("begun");
  });

  test("end quietly when the executor is disposed of, and its store closed, while they are polled", async () => {
    await using stage = bench();
    const waits = defineRun("waits", { version: "1" }).phase("wait", ({ signal }) =>
      untilAborted(signal),
    );
    const { executor: driving, store } = stage.spawn();
    (await driving.start(waits, { id: "x" })).result().catch(() => {});
    let isClosed = false;
    const { executor } = stage.spawn({
      store: {
        ...store,
        readJournal: (journal, options) => {
          if (isClosed) throw new ExecutusError("EXECUTUS_STORE_CLOSED", "The store is closed.");
          return store.readJournal(journal, options);
        },
      },
      keepStore: true,
    });
    const reading = Array.fromAsync((await executor.attach("x")).events());
    await stage.clock.advance(1500);

    isClosed = true;
    await executor[Symbol.asyncDispose]();

    expect(typesIn(await reading)).toEqual(["begun"]);
  });

  test("end when the executor is shut down", async () => {
    const { spawn } = setUp();
    const executor = spawn();
    const waits = defineRun("waits", { version: "1" }).phase("wait", ({ signal }) =>
      untilAborted(signal),
    );
    const handle = await executor.start(waits, { id: "x" });
    handle.result().catch(() => {});
    const reading = Array.fromAsync(handle.events());
    await settle();

    await executor.shutdown({ graceMs: 0 });

    expect(typesIn(await reading)).toEqual(["begun", "phase-started", "released"]);
  });
});

describe("a critic", () => {
  test("sees what has been saved, after each boundary", async () => {
    const { spawn } = setUp();
    const seen: unknown[] = [];
    const watched = defineRun("watched", {
      version: "1",
      critic: ({ completedPhases, attempt }) => {
        seen.push([completedPhases.length, attempt]);
      },
    })
      .phase("a", () => 1)
      .phase("b", () => 2)
      .phase("c", () => 3);

    await spawn().run(watched);

    expect(seen).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  test("that throws is logged, and decides nothing", async () => {
    const { spawn, logger } = setUp();
    const watched = defineRun("watched", {
      version: "1",
      critic: () => {
        throw new Error("bad critic");
      },
    })
      .phase("a", () => 1)
      .phase("b", () => 2);

    expect(await spawn().run(watched)).toBe(2);
    expect(logger.warnings()).toEqual([expect.stringMatching(/critic threw/)]);
  });
});

test("a logger that throws hurts nobody", async () => {
  const broken = () => {
    throw new Error("no disk for logs");
  };
  const logger = { debug: broken, info: broken, warn: broken, error: broken };
  const executor = createExecutor({
    logger,
    checkpointers: { begin: () => Promise.reject(new Error("down")) },
  });
  const greet = defineRun("greet", { version: "1" }).phase("greet", ({ logger: log }) => {
    log.info({}, "hello");
    return "hi";
  });

  expect(await executor.run(greet)).toBe("hi");
});
