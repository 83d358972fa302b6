import { deepEqual, equal } from "node:assert/strict";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { codeOf, endedAs, failureOf, toldTo, typesOf } from "../world/expect-run.ts";
import { story, type Story, storyKinds, type StoryOptions } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { tell, untilAborted } from "./deeds.ts";

/** Opening failed runs again. */
export const retryScenarios: readonly Scenario[] = [
  worldScenario(
    "retry.keeps-progress",
    "a failed run that is opened again goes on with its history and outputs, and may complete",
    async (world) => {
      for (const kind of storyKinds) {
        const { id, told } = await failed(world, kind);
        const { executor } = await world.process({ definitions: [told.definition] });

        deepEqual(await (await executor.retry(id)).result(), told.output);

        const { output } = await endedAs(world, id, { type: "complete", times: 2 });
        deepEqual(output, told.output);
        deepEqual(told.ran, [0, 1, 1, 2], "what was completed does not run again");
      }
    },
  ),
  worldScenario(
    "retry.elsewhere",
    "a failed run that is opened again where its definition is unknown is active, and anybody's",
    async (world) => {
      const { id, told } = await failed(world, "phases");

      await (await world.process()).executor.retry(id);

      const { status, code, owner } = (await world.context.store.getRun(id)) ?? {};
      deepEqual({ status, code, owner }, { status: "active", code: "", owner: "" });
      equal(await tell(await world.process(), told, id), told.output);
      deepEqual(told.ran, [0, 1, 1, 2]);
    },
  ),
  worldScenario(
    "retry.fails-again",
    "a run that is opened again and fails again has failed with its newest error",
    async (world) => {
      const { id, told } = await failed(world, "phases", 2);
      const { executor } = await world.process({ definitions: [told.definition] });

      const failure = await failureOf((await executor.retry(id)).result());

      equal((failure as Error).message, "failure 2", "who drives it gets the user's own error");

      const { error } = await endedAs(world, id, { type: "fail", times: 2 });
      equal((error as Error).message, "failure 2");
    },
  ),
  worldScenario(
    "retry.at-once",
    "several processes that open one failed run again at the same time open it once",
    async (world) => {
      const { id, told } = await failed(world, "phases");
      const others = await Promise.all([1, 2, 3].map(() => world.process()));

      await Promise.all(others.map(({ executor }) => executor.retry(id)));

      deepEqual(await typesOf(world, id), ["begin", "save", "fail", "reopen"]);
      equal(await tell(await world.process(), told, id), told.output);
    },
  ),
  worldScenario(
    "retry.cancelled",
    "a run that was cancelled and is opened again is no longer asked to end",
    async (world) => {
      const id = `run-${freshId()}`;
      const owner = await world.process();
      const told = story("phases", {
        async act({ index, visit, signal }) {
          if (index !== 1 || visit > 1) return;
          await owner.executor.cancel(id);
          return untilAborted(signal);
        },
      });
      equal(await codeOf(tell(owner, told, id)), "EXECUTUS_CANCELLED");
      const { executor } = await world.process({ definitions: [told.definition] });

      equal(await (await executor.retry(id)).result(), told.output);

      equal((await world.view(id))?.cancelAsked, false);
    },
  ),
  worldScenario(
    "retry.completed",
    "a completed run is not opened again, and one that is not there rejects with RUN_NOT_FOUND",
    async (world) => {
      const id = `run-${freshId()}`;
      const told = story("phases");
      await tell(await world.process(), told, id);
      const { executor } = await world.process({ definitions: [told.definition] });

      equal(await codeOf(executor.retry(id)), "EXECUTUS_RUN_COMPLETED");
      equal(await codeOf(executor.retry(`${id}-missing`)), "EXECUTUS_RUN_NOT_FOUND");

      await toldTo(world, id, told);
    },
  ),
];

/** A run that has failed in its second step, and will so many times. */
async function failed(
  world: World,
  kind: Story["kind"],
  times = 1,
): Promise<{ readonly id: string; readonly told: Story }> {
  const id = `run-${freshId()}`;
  const act: StoryOptions["act"] = ({ index, visit }) => {
    if (index === 1 && visit <= times) throw new Error(`failure ${visit}`);
  };
  const told = story(kind, { act });
  await failureOf(tell(await world.process(), told, id));
  return { id, told };
}
