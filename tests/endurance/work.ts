import { setTimeout as sleep } from "node:timers/promises";
import { defineLoop, defineRun } from "@executus/core";
import type { AnyDefinition, Definition } from "@executus/core";

export interface WorkInput {
  /** Decides all that the run puts out. */
  readonly n: number;
  /** How long each phase and turn takes, at the most. */
  readonly upToMs: number;
}

/** What stores are told that they take, so that large outputs go through chunks. */
export const maxRecordBytes = 4096;

const turnsOf = (n: number): number => 2 + (n % 5);
const collected = (n: number): string => `${n} `.repeat(3000);

/** Phases of which two share a name, and one puts out more than fits into a record. Its output tells what was recorded. */
const phases: Definition<WorkInput, string> = defineRun<WorkInput>("phases", { version: "1" })
  .phase("collect", async ({ input }) => {
    await work(input);
    return collected(input.n);
  })
  .phase("rank", async ({ input, outputs }) => {
    await work(input);
    return outputs.collect.length;
  })
  .phase("rank", async ({ input, outputs }) => {
    await work(input);
    return outputs.rank + input.n;
  })
  .phase("write", async ({ input, completedPhases }) => {
    await work(input);
    return completedPhases.map(({ name, output }) => `${name}=${shorten(output)}`).join(" ");
  });

/** A loop whose output is its whole history. */
const turns: Definition<WorkInput, string> = defineLoop<WorkInput, string, string>("turns", {
  version: "1",
  turn: async ({ input, history, turn }) => {
    await work(input);
    const said = [`${turn}: ${input.n}`, `${turn}: heard`];
    const done = turn === turnsOf(input.n);
    return { append: said, done, ...(done && { output: [...history, ...said].join("\n") }) };
  },
});

export const definitions: readonly AnyDefinition[] = [phases, turns];

/** Which of them a number means. */
export function definitionOf(n: number): Definition<WorkInput, string> {
  return n % 3 === 0 ? turns : phases;
}

/** What has to be recorded of a run in the end. */
export interface Expected {
  readonly output: string;
  readonly turns: number;
  readonly completedPhases: readonly string[];
}

export function expectedOf({ n }: WorkInput): Expected {
  if (definitionOf(n) === turns) {
    const all = Array.from({ length: turnsOf(n) }, (_, i) => [`${i + 1}: ${n}`, `${i + 1}: heard`]);
    return { output: all.flat().join("\n"), turns: turnsOf(n), completedPhases: [] };
  }
  const { length } = collected(n);
  return {
    output: `collect=${shorten(collected(n))} rank=${length} rank=${length + n}`,
    turns: 0,
    completedPhases: ["collect", "rank", "rank", "write"],
  };
}

function shorten(output: unknown): string {
  const text = String(output);
  return text.length > 20 ? `${text.slice(0, 10)}…${text.length}` : text;
}

async function work({ upToMs }: WorkInput): Promise<void> {
  if (upToMs > 0) await sleep(Math.random() * upToMs);
}
