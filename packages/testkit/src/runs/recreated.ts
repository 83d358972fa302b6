import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { isExecutusError } from "@executus/core";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { hasNoJournal } from "../scenarios/whole-run.ts";
import { codeOf, outcomeOf, toldTo } from "../world/expect-run.ts";
import type { Process } from "../world/process.ts";
import { type Scene, story, type Story } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { tell, untilAborted } from "./deeds.ts";

/** An id that is deleted and begun again is another run. */
export const recreatedScenarios: readonly Scenario[] = [
  worldScenario(
    "recreated.fresh",
    "a run that is deleted and begun again starts from nothing",
    async (world) => {
      const id = `run-${freshId()}`;
      const { executor } = await world.process();
      const told = story("loop");
      await tell(await world.process(), told, id);
      const before = await world.context.store.getRun(id);

      equal(await executor.delete(id), true);
      equal(await executor.get(id), undefined);
      deepEqual(await tell(await world.process(), told, id), told.output);

      deepEqual(told.ran, [0, 1, 2, 0, 1, 2], "all of it runs again");
      await toldTo(world, id, told);
      const after = await world.context.store.getRun(id);
      notEqual(after?.incarnation, before?.incarnation, "it has a journal of its own");
      await hasNoJournal(world.context.store, before?.incarnation ?? "", []);
    },
  ),
  worldScenario(
    "recreated.old-save",
    "a save of an owner whose run was ended, deleted and begun again is refused, and never meets the new run",
    (world) => outlived(world, async () => {}),
  ),
  worldScenario(
    "recreated.old-failure",
    "a failure of an owner whose run was ended, deleted and begun again is refused, and never meets the new run",
    (world) =>
      outlived(world, async () => {
        throw new Error("of the old owner");
      }),
  ),
  worldScenario(
    "recreated.old-heartbeat",
    "a heartbeat of an owner whose run was ended, deleted and begun again is refused, and never meets the new run",
    (world) =>
      outlived(world, async (process, { signal }) => {
        await process.beat();
        ok(isExecutusError(signal.reason, "EXECUTUS_FENCED"), "the signal is aborted with FENCED");
        return untilAborted(signal);
      }),
  ),
  worldScenario(
    "recreated.late-delete",
    "a removal that reaches the store after the id was begun again removes nothing of the new run",
    async (world) => {
      const id = `run-${freshId()}`;
      const told = story("phases");
      await tell(await world.process(), told, id);
      const dead = await world.process();
      const late: (() => Promise<unknown>)[] = [];
      dead.meddle = (call, apply) => {
        if (call.verb !== "deleteRun") return apply();
        late.push(apply);
        return dead.dieHere();
      };
      await Promise.race([dead.executor.delete(id), dead.died]);
      await tell(await world.process(), told, id);

      equal(late.length, 1, "a removal is under way");
      for (const apply of late) await apply();

      deepEqual(told.ran, [0, 1, 2, 0, 1, 2], "it was begun again");
      await toldTo(world, id, told);
    },
  ),
];

/** Has a run ended, deleted and begun again by others while its owner is in a phase, and lets that owner go on. */
async function outlived(
  world: World,
  act: (process: Process, scene: Scene) => Promise<void>,
): Promise<void> {
  const id = `run-${freshId()}`;
  const [owner, other] = [await world.process(), await world.process()];
  const fresh = story("phases", { names: ["x", "y"] });
  const told: Story = story("phases", {
    async act(scene) {
      if (scene.index !== 1 || scene.visit > 1) return;
      world.presumeGone(owner);
      await outcomeOf(tell(other, told, id));
      equal(await other.executor.delete(id), true);
      await tell(other, fresh, id);
      await world.inside(() => act(owner, scene));
    },
  });

  equal(await codeOf(tell(owner, told, id)), "EXECUTUS_FENCED");

  await toldTo(world, id, fresh);
  deepEqual(fresh.ran, [0, 1]);
}
