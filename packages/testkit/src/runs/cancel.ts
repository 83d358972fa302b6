import { deepEqual, equal, ok } from "node:assert/strict";
import { isExecutusError } from "@executus/core";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { codeOf, endedAs, othersAreTold, toldTo } from "../world/expect-run.ts";
import { type Scene, story, type Story } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { interrupted, tell, untilAborted } from "./deeds.ts";
import type { Process } from "../world/process.ts";

const cancelled = { type: "fail", code: "EXECUTUS_CANCELLED" } as const;

/** Asking for a run's end from anywhere. */
export const cancelScenarios: readonly Scenario[] = [
  worldScenario(
    "cancel.met-by-heartbeat",
    "the heartbeat of an owner meets a request to cancel its run, which stops the user code and fails the run",
    async (world) => {
      const { id, told, run } = await cancelledInStep(world, 1, async (process, { signal }) => {
        await process.beat();
        ok(isExecutusError(signal.reason, "EXECUTUS_CANCELLED"), "the signal is aborted");
        return untilAborted(signal);
      });

      equal(await codeOf(run), "EXECUTUS_CANCELLED");

      await endedAs(world, id, cancelled);
      deepEqual(told.ran, [0, 1]);
    },
  ),
  worldScenario(
    "cancel.met-by-save",
    "a save that meets a request to cancel its run goes into the next slot, and the run fails with what was saved",
    async (world) => {
      const { id, told, run } = await cancelledInStep(world, 1, async () => {});

      equal(await codeOf(run), "EXECUTUS_CANCELLED");

      const { completedPhases } = await endedAs(world, id, cancelled);
      deepEqual(completedPhases, ["a", "b"], "what was completed is saved");
      deepEqual(told.ran, [0, 1]);
    },
  ),
  worldScenario(
    "cancel.too-late",
    "a request to cancel that is met by the run's completion is taken in, and the run stays completed",
    async (world) => {
      const { id, told, run } = await cancelledInStep(world, 2, async () => {});

      equal(await run, told.output);

      await toldTo(world, id, told);
    },
  ),
  worldScenario(
    "cancel.twice",
    "a run may be cancelled any number of times while it is active",
    async (world) => {
      const { id, run } = await cancelledInStep(world, 1, async () => {
        equal(await (await world.process()).executor.cancel(id), true);
      });

      equal(await codeOf(run), "EXECUTUS_CANCELLED");

      await endedAs(world, id, cancelled);
    },
  ),
  worldScenario(
    "cancel.abandoned",
    "a run whose owner is gone is ended by whoever cancels it, and no user code runs",
    async (world) => {
      const { id, told } = await interrupted(world, "phases");

      equal(await (await world.process()).executor.cancel(id), true);

      await endedAs(world, id, cancelled);
      const recorded = await (await world.process()).executor.get(id);
      await othersAreTold(tell(await world.process(), told, id), recorded?.error);
      deepEqual(told.ran, [0, 1]);
    },
  ),
  worldScenario(
    "cancel.released",
    "a run that was released is ended by whoever cancels it",
    async (world) => {
      const id = `run-${freshId()}`;
      const process = await world.process();
      const told = story("loop", {
        act({ index, signal }) {
          if (index !== 1) return;
          void process.executor.shutdown({ graceMs: 0 });
          return untilAborted(signal);
        },
      });
      equal(await codeOf(tell(process, told, id)), "EXECUTUS_SHUTDOWN");

      equal(await (await world.process()).executor.cancel(id), true);

      await endedAs(world, id, cancelled);
    },
  ),
  worldScenario(
    "cancel.ended",
    "a run that has ended is not cancelled, and one that is not there rejects with RUN_NOT_FOUND",
    async (world) => {
      const id = `run-${freshId()}`;
      const told = story("phases");
      await tell(await world.process(), told, id);
      const { executor } = await world.process();

      equal(await executor.cancel(id), false);
      equal(await codeOf(executor.cancel(`${id}-missing`)), "EXECUTUS_RUN_NOT_FOUND");

      await toldTo(world, id, told);
    },
  ),
];

/** A run that another process cancels while its owner is in a step. */
async function cancelledInStep(
  world: World,
  at: number,
  act: (owner: Process, scene: Scene) => Promise<void>,
): Promise<{ readonly id: string; readonly told: Story; readonly run: Promise<unknown> }> {
  const id = `run-${freshId()}`;
  const [owner, other] = [await world.process(), await world.process()];
  const told = story("phases", {
    async act(scene) {
      if (scene.index !== at) return;
      await world.inside(async () => {
        equal(await other.executor.cancel(id), true, "there is something to cancel");
        await act(owner, scene);
      });
    },
  });
  return { id, told, run: tell(owner, told, id) };
}
