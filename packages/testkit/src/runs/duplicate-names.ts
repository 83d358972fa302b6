import { deepEqual } from "node:assert/strict";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { toldTo } from "../world/expect-run.ts";
import { story } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { interrupted, tell } from "./deeds.ts";

/** A phase is known by its position and its name, never by its name alone. */
export const duplicateNameScenarios: readonly Scenario[] = [
  worldScenario(
    "duplicate-names.apart",
    "two phases of one name at positions 1 and 3 run once each, on a fresh run and whenever it is resumed",
    (world) => eachRunsOnce(world, ["same", "other", "same", "last"]),
  ),
  worldScenario(
    "duplicate-names.adjacent",
    "two phases of one name that follow each other run once each, on a fresh run and whenever it is resumed",
    (world) => eachRunsOnce(world, ["first", "same", "same", "last"]),
  ),
  worldScenario(
    "duplicate-names.three-times",
    "three phases of one name run once each, on a fresh run and whenever it is resumed",
    (world) => eachRunsOnce(world, ["same", "same", "same"]),
  ),
];

async function eachRunsOnce(world: World, names: readonly string[]): Promise<void> {
  const steps = [...names.keys()];
  const id = `run-${freshId()}`;
  const fresh = story("phases", { names });
  deepEqual(await tell(await world.process(), fresh, id), fresh.output);
  deepEqual(fresh.ran, steps, "what a fresh run runs");
  await namesAre(world, id, names);

  for (const at of steps) {
    const { id: resumed, told } = await interrupted(world, "phases", { at, names });
    deepEqual(await tell(await world.process(), told, resumed), told.output);
    deepEqual(told.ran, [...steps.slice(0, at + 1), ...steps.slice(at)], "what is run on resume");
    await toldTo(world, resumed, told);
    await namesAre(world, resumed, names);
  }
}

async function namesAre(world: World, id: string, names: readonly string[]): Promise<void> {
  deepEqual((await world.view(id))?.completedPhases, names, "the phases that are recorded");
}
