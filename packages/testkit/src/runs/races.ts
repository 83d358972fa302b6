import { deepEqual, equal } from "node:assert/strict";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { outcomeOf, ranInOrder, toldTo } from "../world/expect-run.ts";
import { story } from "../world/story.ts";
import { worldScenario } from "../world/world.ts";
import { interrupted, tell } from "./deeds.ts";

/** Several processes at once. */
export const raceScenarios: readonly Scenario[] = [
  worldScenario(
    "race.begin",
    "of many processes that run one id at the same time, one drives it, and all get its output",
    async (world) => {
      for (let round = 0; round < 5; round += 1) {
        const id = `run-${freshId()}`;
        const told = story("phases", { names: ["a", "b"] });
        const processes = await Promise.all([1, 2, 3, 4, 5].map(() => world.process()));

        const outputs = await Promise.all(
          processes.map(({ executor }) => executor.run(told.definition, { id, input: "once" })),
        );

        deepEqual(
          outputs,
          outputs.map(() => told.output),
        );
        ranInOrder(told, 0);
        await toldTo(world, id, told);
      }
    },
  ),
  worldScenario(
    "race.claim",
    "of many processes that claim an abandoned run at the same time, one drives it",
    async (world) => {
      for (let round = 0; round < 5; round += 1) {
        const { id, told } = await interrupted(world, "phases");
        const processes = await Promise.all([1, 2, 3, 4, 5].map(() => world.process()));

        const outputs = await Promise.all(
          processes.map(({ executor }) => executor.run(told.definition, { id, input: "once" })),
        );

        deepEqual(
          outputs,
          outputs.map(() => told.output),
        );
        deepEqual(told.ran, [0, 1, 1, 2], "only what was interrupted runs again");
        await toldTo(world, id, told);
      }
    },
  ),
  worldScenario(
    "race.cancel",
    "a run that is cancelled while it is resumed ends once, completed or cancelled",
    async (world) => {
      for (let round = 0; round < 5; round += 1) {
        const { id, told } = await interrupted(world, "phases");
        const [owner, other] = [await world.process(), await world.process()];

        const [run] = await Promise.all([
          outcomeOf(tell(owner, told, id)),
          other.executor.cancel(id),
        ]);
        await owner.executor.idle();
        await other.executor.cancel(id).catch(() => {});

        const status = (await world.view(id))?.status;
        equal(
          status,
          "output" in run ? "completed" : "failed",
          "its caller is told as everybody is",
        );
      }
    },
  ),
];
