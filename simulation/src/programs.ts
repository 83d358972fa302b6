import { defineAgent, defineLoop, defineRun, defineTool, phase } from "@executus/core";
import type { AnyDefinition, CallContext, RunContext, Tool } from "@executus/core";
import type { Chance } from "./chance.ts";
import type { Ledger, Seen } from "./ledger.ts";
import type { Life } from "./life.ts";
import { limits } from "./limits.ts";

/** What the programs of one process work with. */
export interface Theatre {
  readonly chance: Chance;
  readonly ledger: Ledger;
  readonly life: Life;
  /** How often a piece of work throws. */
  readonly failureRate: number;
  /** Counts the work that was begun in this process. */
  readonly nextToken: () => string;
}

/** What a run is begun with. The same for every call for one id. */
export interface Job {
  readonly steps: number;
  /** Letters in each output: large ones go into chunks. */
  readonly size: number;
}

/** Something that a phase or turn has made, unlike anything else that was ever made. */
interface Made {
  readonly at: string;
  readonly by: string;
  readonly padding: string;
}

export const programs = ["phases", "build", "loop", "agent"] as const;
export type Program = (typeof programs)[number];

/** The definitions of one process. */
export function definitionsFor(theatre: Theatre): Readonly<Record<Program, AnyDefinition>> {
  return {
    phases: phases(theatre),
    build: build(theatre),
    loop: loop(theatre),
    agent: agent(theatre),
  };
}

function phases(theatre: Theatre): AnyDefinition {
  const part =
    (at: string) =>
    (context: PhaseLike): Promise<Made> =>
      work(theatre, context, at, { outputs: outputsOf(context) });
  return defineRun<Job>("phases", { version: "1" })
    .phase("fetch", part("0"))
    .phase("rank", part("1"))
    .phase("fetch", part("2"))
    .phase("write", part("3"));
}

type PhaseLike = RunContext<Job> & {
  readonly completedPhases: readonly { readonly output: unknown }[];
};

function outputsOf({ completedPhases }: PhaseLike): readonly unknown[] {
  return completedPhases.map(({ output }) => output);
}

function build(theatre: Theatre): AnyDefinition {
  return defineRun<Job>("build", {
    version: "1",
    build: ({ steps }) =>
      Array.from({ length: steps }, (_, index) =>
        phase<Job>(`part-${index % 2}`, (context) =>
          work(theatre, context, String(index), { outputs: outputsOf(context) }),
        ),
      ),
  });
}

function loop(theatre: Theatre): AnyDefinition {
  return defineLoop<Job, Made, number>("loop", {
    version: "1",
    turn: async (context) => {
      const { history, input, turn } = context;
      const made = await work(theatre, context, String(turn), { messages: history });
      return { append: [made], done: turn >= input.steps, output: history.length + 1 };
    },
  });
}

function agent(theatre: Theatre): AnyDefinition {
  return defineAgent("agent", {
    version: "1",
    tools: { look: look(theatre) },
    model: async (request) => {
      const { messages, turn } = request;
      const input = JSON.parse(messages[0]?.content as string) as Job;
      const context = { ...request, input };
      const seen = { messages: messages.slice(1), mayHaveGrown: true };
      const made = await work(theatre, context, String(turn), seen);
      if (turn >= input.steps) return { role: "assistant", content: made.by };
      const calls = [1, 2].slice(turn % 2);
      return {
        role: "assistant",
        content: calls.map((call) => ({
          type: "tool-call",
          toolCallId: `${turn}-${call}`,
          toolName: "look",
          input: made.by,
        })),
      };
    },
  });
}

function look({ ledger, life, chance, nextToken }: Theatre): Tool {
  return defineTool({
    description: "looks",
    inputSchema: {
      "~standard": { version: 1, vendor: "simulation", validate: (value) => ({ value }) },
    },
    execute: async (_input, { id, signal }) => {
      ledger.touch(life, id);
      const token = nextToken();
      await wait(life, chance.time(`tool ${token}`, 5, 400), signal, true);
      if (chance.is(`tool fails ${token}`, 0.1)) throw new Error("It is dark.");
      return token;
    },
  });
}

/** Works for a while, as user code does: it waits, it may fail, and it may not heed its signal. */
async function work(
  { chance, ledger, life, failureRate, nextToken }: Theatre,
  { id, signal, input }: CallContext & { readonly input: Job },
  at: string,
  seen: Seen,
): Promise<Made> {
  const token = nextToken();
  ledger.step(life, id, signal, seen);
  const heeds = chance.is(`heeds ${token}`, 0.85);
  const longest = chance.pick(`longest ${token}`, [
    [20, 250],
    [2, 2 * limits.leaseMs],
    [1, 5 * limits.leaseMs],
  ]);
  for (let left = chance.whole(`waits ${token}`, 0, 3); left > 0; left -= 1) {
    await wait(life, chance.time(`wait ${token} ${left}`, 1, longest), signal, heeds);
    ledger.step(life, id, signal, seen);
  }
  if (chance.is(`fails ${token}`, failureRate)) throw new Error(`${token} failed`);
  const padding = "x".repeat(input.size);
  const made = { at, by: token, padding };
  // What cannot be saved fails its run.
  return chance.is(`unsavable ${token}`, 0.01) ? ({ ...made, padding: wait } as never) : made;
}

function wait(life: Life, ms: number, signal: AbortSignal, heeds: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (heeds && signal.aborted) return reject(signal.reason as Error);
    const stop = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = life.after(ms, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    if (heeds) signal.addEventListener("abort", stop, { once: true });
  });
}
