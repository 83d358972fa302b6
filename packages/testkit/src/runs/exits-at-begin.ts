import { deepEqual, equal, ok } from "node:assert/strict";
import { defineRun, type Definition, isExecutusError, type Phase } from "@executus/core";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import {
  codeOf,
  endedAs,
  failureOf,
  othersAreTold,
  released,
  typesOf,
} from "../world/expect-run.ts";
import { story, storyInput, storyPhases } from "../world/story.ts";
import { worldScenario } from "../world/world.ts";
import { interrupted, tell } from "./deeds.ts";

type Built = (attempt: number) => readonly Phase[];

/** Ways out that are taken before any phase or turn of an attempt. */
export const beginExitScenarios: readonly Scenario[] = [
  worldScenario(
    "exit.invalid-input",
    "an input that does not fit its schema begins nothing",
    async (world) => {
      const id = `run-${freshId()}`;
      const process = await world.process();
      const definition = withSchema(() => false);

      equal(
        await codeOf(process.executor.run(definition, { id, input: "" })),
        "EXECUTUS_INVALID_INPUT",
      );

      equal(await world.context.store.getRun(id), undefined, "there is no row");
      equal(await world.view(id), undefined, "there is no run");
    },
  ),
  worldScenario(
    "exit.invalid-recorded-input",
    "a recorded input that no longer fits its schema fails the recovered run, so that it is not recovered for ever",
    async (world) => {
      const { id, told } = await interrupted(world, "phases");
      const process = await world.process();
      const { name } = told.definition;
      const run = process.executor.run(
        withSchema(() => false, name),
        { id, input: storyInput },
      );

      equal(await codeOf(run), "EXECUTUS_INVALID_INPUT");

      await endedAs(world, id, { type: "fail", code: "EXECUTUS_INVALID_INPUT" });
    },
  ),
  worldScenario(
    "exit.builder-throws",
    "a builder that throws, on a fresh run or a recovered one, fails its run",
    async (world) => {
      for (const atAttempt of [1, 2]) {
        const id = `run-${freshId()}`;
        const first = await world.process();
        const problem = new Error("cannot be built");
        const build: Built = (attempt) => {
          if (attempt === atAttempt) throw problem;
          return storyPhases(["a", "b"], (index) => (index === 1 ? first.dieHere() : nothing()));
        };
        const definition = building(build);
        const run = first.executor.run(definition, { id, input: storyInput });
        const error = await Promise.race([failureOf(run), first.died]);
        const last =
          atAttempt === 1
            ? error
            : await failureOf(
                (await world.process()).executor.run(definition, { id, input: storyInput }),
              );

        equal(last, problem, "the caller gets what the builder threw");
        await endedAs(world, id, { type: "fail" });
        const other = (await world.process()).executor.run(definition, { id, input: storyInput });
        await othersAreTold(other, problem);
      }
    },
  ),
  worldScenario(
    "exit.definition-changed",
    "a run whose completed phases have other names now is left alone: nothing is executed, nothing written",
    async (world) => {
      const { id, told } = await interrupted(world, "phases");
      const before = await typesOf(world, id);
      const changed = story("phases", { names: ["x", "b", "c"] });

      equal(await codeOf(tell(await world.process(), changed, id)), "EXECUTUS_DEFINITION_CHANGED");

      deepEqual(changed.ran, [], "nothing is executed");
      deepEqual(await typesOf(world, id), before, "nothing is written");
      deepEqual(await tell(await world.process(), told, id), told.output);
    },
  ),
  worldScenario(
    "exit.built-definition-changed",
    "a run whose completed phases are built with other names now is released: nothing is executed, nothing failed",
    async (world) => {
      const { id, told } = await interrupted(world, "phases");
      let ran = 0;
      const phases = storyPhases(["x", "b", "c"], async () => {
        ran += 1;
      });
      const changed = building(() => phases);
      const run = (await world.process()).executor.run(changed, { id, input: storyInput });

      equal(await codeOf(run), "EXECUTUS_DEFINITION_CHANGED");

      equal(ran, 0, "nothing is executed");
      await released(world, id);
      deepEqual(await tell(await world.process(), told, id), told.output);
    },
  ),
  worldScenario(
    "exit.deadline-passed",
    "a run whose deadline has passed when it is recovered is recorded as failed, and no user code runs",
    async (world) => {
      const id = `run-${freshId()}`;
      const dead = await world.process();
      const told = story("phases", { timeoutMs: 3_600_000, act: () => dead.dieHere() });
      await Promise.race([tell(dead, told, id), dead.died]);
      const late = await world.process({ aheadMs: 3_600_001 });

      const error = await failureOf(tell(late, told, id));

      ok(isExecutusError(error, "EXECUTUS_RUN_FAILED"));
      ok(isExecutusError(error.cause, "EXECUTUS_DEADLINE_EXCEEDED"), "with the deadline as cause");
      deepEqual(told.ran, [0], "no user code runs");
      await endedAs(world, id, { type: "fail", code: "EXECUTUS_DEADLINE_EXCEEDED" });
    },
  ),
  worldScenario(
    "exit.listener-stops",
    "a run goes on when those who listen to its events stop early or throw",
    async (world) => {
      const id = `run-${freshId()}`;
      const process = await world.process();
      const told = story("loop", { names: ["a", "b", "c", "d"] });
      const handle = await process.executor.start(told.definition, { id, input: storyInput });

      for await (const event of handle.events()) if (event.type === "begun") break;
      const thrown = failureOf(
        (async () => {
          for await (const { type } of handle.events()) throw new Error(`fails at ${type}`);
        })(),
      );
      equal(((await thrown) as Error).message, "fails at begun");

      deepEqual(await handle.result(), told.output);
      const other = await (await world.process()).executor.attach(id);
      const seen: string[] = [];
      for await (const { type } of other.events()) seen.push(type);
      const turns = Array.from({ length: told.steps }, () => "turn-completed");
      deepEqual(seen, ["begun", ...turns, "ended"], "events tell all that is recorded");
    },
  ),
];

const nothing = (): Promise<void> => Promise.resolve();

function building(build: Built): Definition<string, unknown> {
  let attempt = 0;
  return defineRun<string>("story", { version: "1", build: () => build((attempt += 1)) });
}

function withSchema(
  fits: (value: unknown) => boolean,
  name = "story",
): Definition<string, unknown> {
  const validate = (value: unknown): { value: string } | { issues: { message: string }[] } =>
    fits(value) ? { value: String(value) } : { issues: [{ message: "does not fit" }] };
  const input = { "~standard": { version: 1, vendor: "testkit", validate } } as const;
  return defineRun(name, { version: "1", input }).phase("a", () => "a");
}
