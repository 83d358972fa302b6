import { deepEqual, equal, ok } from "node:assert/strict";
import { freshId } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";
import { never } from "../world/process.ts";
import { story, type Story } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { tell } from "./deeds.ts";

/** Heartbeats that reach the store when their owner is long dead. */
export const lateHeartbeatScenarios: readonly Scenario[] = [
  worldScenario(
    "late.heartbeat-after-claim",
    "a heartbeat that reaches the store after its run was claimed changes nothing of the row",
    async (world) => {
      const { id, told } = await beating(world, {
        again: (arrive, run) => changesNothing(world, run, arrive),
      });

      equal(await tell(await world.process(), told, id), told.output);

      deepEqual(told.ran, [0, 1, 1, 2], "the new owner has met it");
    },
  ),
  worldScenario(
    "late.heartbeat-after-end",
    "a heartbeat that reaches the store after its run has ended changes nothing of the row",
    async (world) => {
      const { id, arrive } = await beating(world, { at: 2, completes: true });
      equal((await world.view(id))?.status, "completed");

      await changesNothing(world, id, arrive);
    },
  ),
  worldScenario(
    "late.heartbeat-after-deletion",
    "a heartbeat that reaches the store after its run was deleted and begun again changes nothing of the new row",
    async (world) => {
      const { id, told, arrive } = await beating(world, {});
      const { executor } = await world.process();
      await tell(await world.process(), told, id);
      await executor.delete(id);
      const owner = await world.process();
      const fresh = story("phases", { act: () => owner.dieHere() });
      await Promise.race([tell(owner, fresh, id), owner.died]);
      equal((await world.context.store.getRun(id))?.status, "active");

      await changesNothing(world, id, arrive);
    },
  ),
];

type Arrive = () => Promise<void>;

interface Beating {
  /** The step in which the heartbeat is sent. @default 1 */
  readonly at?: number;
  /** What the next owner does in that step. */
  readonly again?: (arrive: Arrive, id: string) => Promise<void>;
  /** Whether the owner still completes the run before it dies. @default false */
  readonly completes?: boolean;
}

async function changesNothing(world: World, id: string, arrive: Arrive): Promise<void> {
  const row = await world.context.store.getRun(id);
  await arrive();
  same(await world.context.store.getRun(id), row, "the row is as it was");
}

/** A run whose owner dies while a heartbeat is under way, which reaches the store only when it is let. */
async function beating(
  world: World,
  { at = 1, again, completes = false }: Beating,
): Promise<{ readonly id: string; readonly told: Story; readonly arrive: Arrive }> {
  const id = `run-${freshId()}`;
  const process = await world.process();
  let held: (() => Promise<unknown>) | undefined;
  const arrive: Arrive = async () => {
    ok(held !== undefined, "a heartbeat is under way");
    await held();
  };
  process.meddle = (call, apply) => {
    if (call.record?.type === "complete") return apply().then(() => process.dieHere());
    if (call.verb !== "updateRun") return apply();
    held = apply;
    return completes ? never() : process.dieHere();
  };
  const told = story("phases", {
    async act({ index, visit }) {
      if (index !== at) return;
      if (visit > 1) return world.inside(() => again?.(arrive, id));
      // Later than all else, so that the heartbeat would be seen in the row.
      process.aheadMs += 5_000;
      process.sendHeartbeat();
      return completes ? undefined : never();
    },
  });
  await Promise.race([tell(process, told, id), process.died]);
  return { id, told, arrive };
}
