import { deepEqual, equal, ok } from "node:assert/strict";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { codeOf, endedAs, failureOf, toldTo } from "../world/expect-run.ts";
import type { Process } from "../world/process.ts";
import { type Act, story, type Story } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { tell, untilAborted } from "./deeds.ts";

/** How often a run is tried. */
export const attemptScenarios: readonly Scenario[] = [
  worldScenario(
    "attempts.numbered",
    "attempts are numbered from 1, across processes, and recorded",
    async (world) => {
      const seen: number[] = [];
      const keys = new Set<string>();
      const { id, told, owner } = await dying(world, 3, ({ attempt, idempotencyKey }) => {
        seen.push(attempt);
        keys.add(idempotencyKey);
      });

      await tell(owner, told, id);

      deepEqual(seen, [1, 2, 3, 4]);
      equal(keys.size, 1, "the idempotency key is the same in each");
      equal((await world.view(id))?.attempt, 4);
    },
  ),
  worldScenario(
    "attempts.exhausted",
    "a run whose owners die too often without progress is failed before any user code runs, and stays visible",
    async (world) => {
      const { id, told, owner } = await dying(world, 4);

      equal(await codeOf(tell(owner, told, id)), "EXECUTUS_RUN_FAILED");

      const { attempt } = await endedAs(world, id, {
        type: "fail",
        code: "EXECUTUS_ATTEMPTS_EXHAUSTED",
      });
      equal(attempt, 5, "the attempt that failed it counts");
      deepEqual(told.ran, [0, 1, 1, 1, 1], "no user code runs");
    },
  ),
  worldScenario(
    "attempts.retried",
    "a run whose attempts were used up can be opened again, and has all of them anew",
    async (world) => {
      const { id, told, owner } = await dying(world, 4);
      await failureOf(tell(owner, told, id));
      const { executor } = await world.process({ definitions: [told.definition] });

      const handle = await executor.retry(id);

      equal(await handle.result(), told.output);
      const { attempt, output } = await endedAs(world, id, { type: "complete", times: 2 });
      deepEqual([attempt, output], [6, told.output]);
    },
  ),
  worldScenario(
    "attempts.progress",
    "progress starts the count of failed attempts anew",
    async (world) => {
      const { id, told, owner } = await dying(world, 4, undefined, ["a", "b", "c", "d"]);

      equal(await tell(owner, told, id), told.output);

      await toldTo(world, id, told);
    },
  ),
  worldScenario(
    "attempts.all",
    "with progress too, attempts that die are counted, up to maxFailedAttempts",
    async (world) => {
      const { id, told } = await dying(world, 3, undefined, ["a", "b", "c", "d"]);
      const owner = await world.process({ maxFailedAttempts: 2 });

      equal(await codeOf(tell(owner, told, id)), "EXECUTUS_RUN_FAILED");

      await endedAs(world, id, { type: "fail", code: "EXECUTUS_ATTEMPTS_EXHAUSTED" });
    },
  ),
  worldScenario(
    "attempts.released",
    "an attempt that was released is no failed one: deploys never use them up",
    async (world) => {
      const id = `run-${freshId()}`;
      let owner: Process | undefined;
      const told = story("phases", {
        act({ index, visit, signal }) {
          if (index !== 1 || visit > 6) return;
          void owner?.executor.shutdown({ graceMs: 0 });
          return untilAborted(signal);
        },
      });
      for (let i = 0; i < 6; i += 1) {
        owner = await world.process();
        equal(await codeOf(tell(owner, told, id)), "EXECUTUS_SHUTDOWN");
      }
      owner = await world.process();

      equal(await tell(owner, told, id), told.output);

      equal((await world.view(id))?.attempt, 7);
      ok(told.ran.filter((index) => index === 0).length === 1, "what was saved runs once");
    },
  ),
];

/**
 * A run whose owners die one after the other: without `names` always in the same phase, else each a step further.
 *
 * @returns the process that is next
 */
async function dying(
  world: World,
  deaths: number,
  look?: (scene: Parameters<Act>[0]) => void,
  names?: readonly string[],
): Promise<{ readonly id: string; readonly told: Story; readonly owner: Process }> {
  const id = `run-${freshId()}`;
  let owner = await world.process();
  const told = story("phases", {
    names,
    act(scene) {
      const { index, visit } = scene;
      if (names === undefined && index !== 1) return;
      look?.(scene);
      const dies = names === undefined ? visit <= deaths : visit === 1 && index < deaths;
      return dies ? owner.dieHere() : undefined;
    },
  });
  for (let i = 0; i < deaths; i += 1) {
    await Promise.race([tell(owner, told, id), owner.died]);
    owner = await world.process();
  }
  return { id, told, owner };
}
