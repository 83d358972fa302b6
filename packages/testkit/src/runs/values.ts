import { deepEqual, equal, ok } from "node:assert/strict";
import { defineLoop, defineRun } from "@executus/core";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { codeOf, endedAs, failureOf } from "../world/expect-run.ts";
import { everyKind } from "../world/values.ts";
import { type World, worldScenario } from "../world/world.ts";

/** What is saved comes back as it was. */
export const valueScenarios: readonly Scenario[] = [
  worldScenario(
    "values.outputs",
    "outputs of phases, of every kind that may be saved, come back equal after a resume",
    async (world) => {
      for (const [kind, value] of Object.entries(everyKind())) {
        const { seen, output } = await throughPhases(world, value);
        deepEqual(seen, value, kind);
        deepEqual(output, value, `${kind}, as the run's output`);
      }
    },
  ),
  worldScenario(
    "values.messages",
    "messages of every kind that may be saved come back equal, and in order, after a resume",
    async (world) => {
      const values = Object.values(everyKind());
      deepEqual(await throughLoop(world, values), values);
    },
  ),
  worldScenario(
    "values.input",
    "an input of any kind that may be saved comes back equal after a resume",
    async (world) => {
      const input = everyKind();
      const id = `run-${freshId()}`;
      const seen: unknown[] = [];
      const first = await world.process();
      const definition = defineRun<unknown>("values", { version: "1" }).phase("a", (context) => {
        seen.push(context.input);
        return seen.length === 1 ? first.dieHere() : undefined;
      });
      const run = first.executor.run(definition, { id, input, ifActive: "reject" });
      await Promise.race([run, first.died]);

      await (await world.process()).executor.run(definition, { id, input, ifActive: "reject" });

      deepEqual(seen[1], input);
      deepEqual((await world.view(id))?.input, input);
      const other = (await world.process()).executor.run(definition, { id, input: { other: 1 } });
      equal(await codeOf(other), "EXECUTUS_RUN_EXISTS", "another input is another run");
    },
  ),
  worldScenario(
    "values.errors",
    "an error that a run throws, with its cause and fields of any kind, is recorded as it was",
    async (world) => {
      const id = `run-${freshId()}`;
      const cause = new TypeError("the cause", { cause: "\ud800 \0 $where" });
      const thrown = Object.assign(new RangeError("out of range", { cause }), everyKind());
      const definition = defineRun("values", { version: "1" }).phase("a", () => {
        throw thrown;
      });

      ok((await failureOf((await world.process()).executor.run(definition, { id }))) === thrown);

      const { error } = await endedAs(world, id, { type: "fail" });
      deepEqual(error, thrown);
    },
  ),
];

/** Saves a value as a phase's output, and resumes. @returns what the next phase sees, and the recorded output */
export async function throughPhases(
  world: World,
  value: unknown,
  settings: { readonly maxRecordBytes?: number } = {},
): Promise<{ readonly seen: unknown; readonly output: unknown }> {
  const id = `run-${freshId()}`;
  const first = await world.process(settings);
  const seen: unknown[] = [];
  const definition = defineRun("values", { version: "1" })
    .phase("a", () => value)
    .phase("b", ({ outputs }) => {
      seen.push(outputs.a);
      return seen.length === 1 ? first.dieHere() : outputs.a;
    });
  await Promise.race([first.executor.run(definition, { id }), first.died]);
  const next = await world.process(settings);
  await next.executor.run(definition, { id, ifActive: "reject" });
  const { output } = await endedAs(world, id, { type: "complete" });
  return { seen: seen[1], output };
}

/** Saves messages, each with a turn of its own, and resumes. @returns the history that the last turn sees */
export async function throughLoop(
  world: World,
  messages: readonly unknown[],
  settings: { readonly maxRecordBytes?: number } = {},
): Promise<readonly unknown[]> {
  const id = `run-${freshId()}`;
  const first = await world.process(settings);
  let last = 0;
  const definition = defineLoop<undefined, unknown, readonly unknown[]>("values", {
    version: "1",
    turn({ history, turn }) {
      if (turn <= messages.length) return { append: [messages[turn - 1]] };
      last += 1;
      return last === 1 ? first.dieHere() : { done: true, output: [...history] };
    },
  });
  await Promise.race([first.executor.run(definition, { id }), first.died]);
  const next = await world.process(settings);
  return next.executor.run(definition, { id, ifActive: "reject" });
}
