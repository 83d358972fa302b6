import {
  defineAgent,
  defineLoop,
  defineRun,
  defineTool,
  ExecutusError,
  phase,
} from "@executus/core";
import type {
  AgentOutput,
  Critic,
  Definition,
  ExecutorOptions,
  RunSettings,
  ToolCallPart,
} from "@executus/core";
import { describe, expect, test } from "vitest";
import { anything, calling } from "../support/agents.ts";
import { settle } from "../support/clock.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import type { Gate } from "../support/promises.ts";
import { worlds } from "../support/worlds.ts";
import type { Stage } from "../support/worlds.ts";

/** What the second phase or turn of a case can do. */
interface Act {
  readonly signal: AbortSignal;
  /** Tells the test that it is there. */
  readonly arrived: Gate;
}

interface Case {
  readonly title: string;
  readonly end: "complete" | "fail" | "release" | "nothing";
  /** The second phase or turn. A value it returns is the run's output. */
  readonly act: (act: Act) => unknown;
  /** What happens while it runs. */
  readonly meanwhile?: (stage: Stage, caller: AbortController) => Promise<void> | void;
  readonly options?: ExecutorOptions;
  readonly settings?: RunSettings;
  readonly critic?: Critic;
  /** What the caller gets: a value, or a rejection. */
  readonly gives?: unknown;
  readonly rejects?: (error: unknown) => void;
  readonly onlyWhereEncoded?: boolean;
  /** The second is not the last. */
  readonly goesOn?: boolean;
}

const theirs = new RangeError("the user's own");
const code = (wanted: string) => (error: unknown) => expect(error).toMatchObject({ code: wanted });
const same = (wanted: unknown) => (error: unknown) => expect(error).toBe(wanted);

const cases: readonly Case[] = [
  { title: "a return", end: "complete", act: () => "done", gives: "done" },
  { title: "a return of nothing", end: "complete", act: () => undefined, gives: undefined },
  {
    title: "a thrown Error",
    end: "fail",
    act: () => {
      throw theirs;
    },
    rejects: same(theirs),
  },
  { title: "a rejection", end: "fail", act: () => Promise.reject(theirs), rejects: same(theirs) },
  {
    title: "a thrown string",
    end: "fail",
    act: () => Promise.reject("oh"),
    rejects: same("oh"),
  },
  {
    title: "a thrown undefined",
    end: "fail",
    act: () => Promise.reject(undefined),
    rejects: same(undefined),
  },
  {
    title: "the caller's abort",
    end: "fail",
    act: ({ signal }) => untilAborted(signal),
    meanwhile: (_stage, caller) => caller.abort(theirs),
    rejects: same(theirs),
  },
  {
    title: "the caller's abort, when the body throws something else of it",
    end: "fail",
    act: ({ signal }) => untilAborted(signal).catch(() => Promise.reject(new Error("another"))),
    meanwhile: (_stage, caller) => caller.abort(theirs),
    rejects: same(theirs),
  },
  {
    title: "the deadline",
    end: "fail",
    act: ({ signal }) => untilAborted(signal),
    settings: { deadline: 1_800_000_060_000 },
    meanwhile: ({ clock }) => clock.advance(60_000),
    rejects: code("EXECUTUS_DEADLINE_EXCEEDED"),
    options: { leaseMs: 10_000_000 },
  },
  {
    title: "a critic's kill",
    end: "fail",
    act: () => "more",
    goesOn: true,
    critic: ({ completedPhases, turns }) =>
      completedPhases.length + turns > 1 ? { kill: "enough" } : undefined,
    rejects: code("EXECUTUS_CRITIC_KILLED"),
  },
  {
    title: "a shutdown of the executor",
    end: "release",
    act: ({ signal }) => untilAborted(signal),
    meanwhile: async ({ executor }) => executor.shutdown({ graceMs: 0 }),
    rejects: code("EXECUTUS_SHUTDOWN"),
  },
  {
    title: "an abort whose reason is caused by a shutdown",
    end: "release",
    act: ({ signal }) => untilAborted(signal),
    meanwhile: (_stage, caller) =>
      caller.abort(new Error("deploy", { cause: { code: "EXECUTUS_SHUTDOWN" } })),
    rejects: (error) => expect(error).toMatchObject({ message: "deploy" }),
  },
  {
    title: "an abort whose reason is an AggregateError with a shutdown in it",
    end: "release",
    act: ({ signal }) => untilAborted(signal),
    meanwhile: (_stage, caller) => {
      const shutdown = new ExecutusError("EXECUTUS_SHUTDOWN", "stop");
      caller.abort(new AggregateError([new Error("x"), new AggregateError([shutdown])]));
    },
    rejects: (error) => expect(error).toBeInstanceOf(AggregateError),
  },
  {
    title: "an abort that the body ignores",
    end: "fail",
    act: () => new Promise(() => {}),
    options: { abortGraceMs: 5000 },
    meanwhile: async ({ clock }, caller) => {
      caller.abort(theirs);
      await clock.advance(5000);
    },
    rejects: same(theirs),
  },
  {
    title: "a success that comes within the grace after an abort",
    end: "complete",
    act: async ({ signal }) => {
      await untilAborted(signal).catch(() => {});
      return "done all the same";
    },
    meanwhile: (_stage, caller) => caller.abort(theirs),
    gives: "done all the same",
  },
  {
    title: "a success that comes during a shutdown",
    end: "complete",
    act: async ({ signal }) => {
      await untilAborted(signal).catch(() => {});
      return "done all the same";
    },
    meanwhile: async ({ executor }) => executor.shutdown({ graceMs: 0 }),
    gives: "done all the same",
  },
  {
    title: "the loss of the run to another owner",
    end: "nothing",
    act: ({ signal }) => untilAborted(signal),
    meanwhile: async ({ takeAway, clock }) => {
      await takeAway();
      await clock.advance(10_000);
    },
    rejects: code("EXECUTUS_FENCED"),
  },
  {
    title: "the loss of the run to another owner, when the body succeeds",
    end: "nothing",
    act: async ({ signal }) => {
      await untilAborted(signal).catch(() => {});
      return "done";
    },
    meanwhile: async ({ takeAway, clock }) => {
      await takeAway();
      await clock.advance(10_000);
    },
    rejects: code("EXECUTUS_FENCED"),
  },
  {
    title: "an output that cannot be encoded",
    end: "fail",
    act: () => ({ ok: 1, bad: () => {} }),
    onlyWhereEncoded: true,
    rejects: code("EXECUTUS_NOT_SERIALIZABLE"),
  },
  {
    title: "progress that cannot be encoded, before the end",
    end: "fail",
    act: () => ({ ok: 1, bad: Symbol("no") }),
    goesOn: true,
    onlyWhereEncoded: true,
    rejects: code("EXECUTUS_NOT_SERIALIZABLE"),
  },
  {
    title: "an output that is too large",
    end: "fail",
    act: () => "x".repeat(5000),
    options: { maxRecordedBytes: 4096 },
    onlyWhereEncoded: true,
    rejects: code("EXECUTUS_TOO_LARGE"),
  },
];

function phases(
  { act, goesOn = false, critic }: Case,
  arrived: Gate,
): Definition<undefined, unknown> {
  const start = defineRun("three", { version: "1", critic })
    .phase("first", () => "first")
    .phase("second", ({ signal }) => {
      arrived.open();
      return act({ signal, arrived });
    });
  return goesOn ? start.phase("third", () => "third") : start;
}

function loop(
  { act, goesOn = false, critic }: Case,
  arrived: Gate,
): Definition<undefined, unknown> {
  return defineLoop<undefined, unknown, unknown>("turns", {
    version: "1",
    critic,
    turn: async ({ turn, signal }) => {
      if (turn === 1) return { append: ["first"] };
      if (turn === 3) return { done: true, output: "third" };
      arrived.open();
      const output = await act({ signal, arrived });
      return { append: [goesOn ? output : "second"], done: !goesOn, output };
    },
  });
}

/** An answer that carries a value of any kind. */
interface DataAnswer {
  role: "assistant";
  content: ({ type: "data"; value: unknown } | ToolCallPart)[];
}

const first = defineTool({ description: "First.", inputSchema: anything, execute: () => "first" });

/** Its model calls a tool first, and then answers with what the case gives. */
function agent(
  { act, goesOn = false, critic }: Case,
  arrived: Gate,
): Definition<string, AgentOutput<DataAnswer>> {
  return defineAgent<DataAnswer>("agent", {
    version: "1",
    critic,
    tools: { first },
    model: async ({ turn, signal }) => {
      const call: ToolCallPart = {
        type: "tool-call",
        toolCallId: "a",
        toolName: "first",
        input: 1,
      };
      if (turn === 1) return { role: "assistant", content: [call] };
      if (turn === 3) return { role: "assistant", content: [{ type: "data", value: "third" }] };
      arrived.open();
      const data = { type: "data" as const, value: await act({ signal, arrived }) };
      return { role: "assistant", content: goesOn ? [data, call] : [data] };
    },
  });
}

type Start = (stage: Stage, each: Case, arrived: Gate, settings: RunSettings) => Promise<unknown>;

const kinds: readonly (readonly [string, Start])[] = [
  ["phases", (stage, each, arrived, more) => stage.run(phases(each, arrived), undefined, more)],
  ["a loop", (stage, each, arrived, more) => stage.run(loop(each, arrived), undefined, more)],
  [
    "an agent",
    async (stage, each, arrived, more) => {
      const { message } = await stage.run(agent(each, arrived), "What is it?", more);
      const [part] = message.content;
      return part?.type === "data" ? part.value : undefined;
    },
  ],
];

for (const world of worlds) {
  describe(world.name, () => {
    for (const each of cases) {
      if (each.onlyWhereEncoded === true && !world.encodes) continue;
      for (const [kind, start] of kinds) {
        test(`${each.title} ends ${kind} with ${each.end}`, async () => {
          await using stage = await world.enter(each.options);
          const arrived = gate();
          const caller = new AbortController();

          const running = start(stage, each, arrived, { ...each.settings, signal: caller.signal });
          running.catch(() => {});
          await arrived.opened;
          await each.meanwhile?.(stage, caller);
          await settle();

          if (each.rejects === undefined) expect(await running).toEqual(each.gives);
          else each.rejects(await rejection(running));
          expect(await stage.ends()).toEqual(each.end === "nothing" ? [] : [each.end]);
        });
      }
    }

    test("a model that answers nonsense ends an agent with fail", async () => {
      await using stage = await world.enter();
      const mad = defineAgent("agent", {
        version: "1",
        tools: { first },
        model: ({ turn }) => (turn === 1 ? calling(["first", 1]) : (42 as never)),
      });

      expect(await rejection(stage.run(mad, "What is it?"))).toBeInstanceOf(TypeError);
      expect(await stage.ends()).toEqual(["fail"]);
    });

    test("a tool loop ends an agent with fail", async () => {
      await using stage = await world.enter();
      const circling = defineAgent("agent", {
        version: "1",
        tools: { first },
        model: () => calling(["first", {}]),
      });

      const error = await rejection(stage.run(circling, "What is it?"));

      expect(error).toMatchObject({ code: "EXECUTUS_TOOL_LOOP" });
      expect(await stage.ends()).toEqual(["fail"]);
    });

    test("a turn limit that is reached ends an agent with fail", async () => {
      await using stage = await world.enter();
      const turns: number[] = [];
      const endless = defineAgent("agent", {
        version: "1",
        maxTurns: 3,
        tools: { first },
        model: ({ turn }) => {
          turns.push(turn);
          return calling(["first", { turn }]);
        },
      });

      const error = await rejection(stage.run(endless, "What is it?"));

      expect(error).toMatchObject({ code: "EXECUTUS_TURN_LIMIT" });
      expect(turns).toEqual(world.recovered ? [2, 3] : [1, 2, 3]);
      expect(await stage.ends()).toEqual(["fail"]);
    });

    test("a turn limit that is reached ends a loop with fail", async () => {
      await using stage = await world.enter();
      const turns: number[] = [];
      const endless = defineLoop<undefined, string, string>("turns", {
        version: "1",
        maxTurns: 5,
        turn: ({ turn }) => {
          turns.push(turn);
          return { append: ["on"] };
        },
      });

      const error = await rejection(stage.run(endless, undefined));

      expect(error).toMatchObject({ code: "EXECUTUS_TURN_LIMIT" });
      expect(turns).toEqual(world.recovered ? [2, 3, 4, 5] : [1, 2, 3, 4, 5]);
      expect(await stage.ends()).toEqual(["fail"]);
    });
  });
}

describe("before anything is begun", () => {
  for (const world of worlds.filter(({ recovered }) => !recovered)) {
    test(`an aborted signal begins nothing: ${world.name}`, async () => {
      await using stage = await world.enter();
      const definition = defineRun("never", { version: "1" }).phase("never", () => "never");

      const error = await rejection(
        stage.run(definition, undefined, { signal: AbortSignal.abort(theirs) }),
      );

      expect(error).toBe(theirs);
      expect(await stage.ends()).toEqual([]);
    });

    test(`a builder that throws ends the run with fail: ${world.name}`, async () => {
      await using stage = await world.enter();
      const definition = defineRun<undefined>("built", {
        version: "1",
        build: () => {
          throw theirs;
        },
      });

      expect(await rejection(stage.run(definition, undefined))).toBe(theirs);
      expect(await stage.ends()).toEqual(["fail"]);
    });

    test(`a builder makes the phases of each attempt: ${world.name}`, async () => {
      await using stage = await world.enter();
      const definition = defineRun<undefined, number>("built", {
        version: "1",
        build: () =>
          [1, 2, 3].map((n) =>
            phase(`step ${n}`, ({ completedPhases }) => completedPhases.length + n),
          ),
      });

      expect(await stage.run(definition, undefined)).toBe(5);
      expect(await stage.ends()).toEqual(["complete"]);
    });
  }
});
