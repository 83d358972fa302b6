import { deepEqual, equal, ok } from "node:assert/strict";
import { isExecutusError } from "@executus/core";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { codeOf, endedAs, outcomeOf, ranInOrder, toldTo, typesOf } from "../world/expect-run.ts";
import type { Outcome } from "../world/expect-run.ts";
import type { Process, ProcessOptions } from "../world/process.ts";
import { type Act, type Scene, story, type Story } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { tell, untilAborted } from "./deeds.ts";

/** An owner that goes on although another one has claimed its run. */
interface Zombie {
  readonly world: World;
  readonly id: string;
  readonly told: Story;
  readonly process: Process;
  readonly scene: Scene;
}

interface ZombieRow {
  readonly id: string;
  readonly behaviour: string;
  /** In which phase of three the run is claimed. @default 1 */
  readonly at?: number;
  /** Lets the new owner end the run before the zombie goes on. @default true */
  readonly endsFirst?: boolean;
  /** What the zombie does next. */
  readonly act: (zombie: Zombie) => ReturnType<Act>;
}

const rows: readonly ZombieRow[] = [
  {
    id: "save",
    behaviour: "a save of an owner whose run was claimed is refused",
    endsFirst: false,
    act() {},
  },
  {
    id: "save-after-end",
    behaviour: "a save of an owner whose run was claimed and ended is refused",
    act() {},
  },
  {
    id: "complete",
    behaviour: "a completion by an owner whose run was claimed is refused",
    at: 2,
    act() {},
  },
  {
    id: "fail",
    behaviour: "a failure of an owner whose run was claimed is refused",
    act() {
      throw new Error("of a zombie");
    },
  },
  {
    id: "release",
    behaviour: "a release by an owner whose run was claimed is refused",
    act({ process, scene }) {
      void process.executor.shutdown({ graceMs: 0 });
      return untilAborted(scene.signal);
    },
  },
  {
    id: "heartbeat",
    behaviour: "a heartbeat of an owner whose run was claimed is refused, and stops its user code",
    endsFirst: false,
    act: beatUntilFenced,
  },
  {
    id: "heartbeat-after-end",
    behaviour:
      "a heartbeat of an owner whose run was claimed and ended is refused, and stops its user code",
    act: beatUntilFenced,
  },
];

/** What an owner that is none any more can still do: nothing. */
export const zombieScenarios: readonly Scenario[] = [
  ...rows.map((row) =>
    worldScenario(`zombie.${row.id}`, `${row.behaviour}, and its caller gets FENCED`, (world) =>
      outlive(world, row),
    ),
  ),
  worldScenario(
    "zombie.clock-ahead",
    "an owner whose run was claimed by a process whose clock is ahead by more than a lease is refused",
    (world) => outlive(world, { id: "", behaviour: "", act() {} }, { aheadMs: 60_000 }),
  ),
  worldScenario(
    "zombie.lapsed",
    "an owner that could not extend its lease stops itself and writes nothing, and another one goes on",
    async (world) => {
      const id = `run-${freshId()}`;
      // Long enough for a slow store to get so far.
      const process = await world.process({ leaseMs: 1_000 });
      const told = story("phases", {
        async act({ index, attempt, signal }) {
          if (index !== 1 || attempt > 1) return;
          process.meddle = (call, apply) =>
            call.verb === "updateRun" ? Promise.reject(new Error("no way out")) : apply();
          return untilAborted(signal);
        },
      });

      equal(await codeOf(tell(process, told, id)), "EXECUTUS_FENCED");

      deepEqual(await typesOf(world, id), ["begin", "save"], "nothing of it is written");
      world.presumeGone(process);
      deepEqual(await tell(await world.process(), told, id), told.output);
      await toldTo(world, id, told);
    },
  ),
];

/** Has a run claimed while its owner is in a phase, and lets that owner go on. */
async function outlive(
  world: World,
  { at = 1, endsFirst = true, act }: ZombieRow,
  heir: ProcessOptions = {},
): Promise<void> {
  const id = `run-${freshId()}`;
  const process = await world.process();
  const next = await world.process(heir);
  let second: Promise<Outcome> | undefined;
  const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>();
  const told: Story = story("phases", {
    async act(scene) {
      if (scene.index !== at) return;
      if (scene.visit > 1) return endsFirst ? undefined : goOn;
      if (heir.aheadMs === undefined) world.presumeGone(process);
      // Its failure is noticed at the end, and nobody's until then.
      second = outcomeOf(tell(next, told, id));
      if (endsFirst) await second;
      else await next.quiet();
      return world.inside(() => act({ world, id, told, process, scene }));
    },
  });

  const code = await codeOf(tell(process, told, id));
  letGoOn();
  deepEqual(await second, { output: told.output }, "what the new owner gives");
  equal(code, "EXECUTUS_FENCED", "what the old owner's caller gets");

  await toldTo(world, id, told);
  ranInOrder(told);
  await nothingAfterClaim(world, id, process);
}

/** Fails unless the old owner's records are all before the claim. */
async function nothingAfterClaim(world: World, id: string, { put }: Process): Promise<void> {
  const records = await world.records(id);
  const claim = records.findIndex(({ type }) => type === "claim");
  ok(claim > 0, "the run was claimed");
  const own = new Set(put.map(({ nonce }) => nonce));
  const after = records.slice(claim).filter(({ nonce }) => own.has(nonce));
  deepEqual(after, [], "nothing of the old owner is there after the claim");
  await endedAs(world, id, { type: "complete" });
}

async function beatUntilFenced({ process, scene }: Zombie): Promise<void> {
  await process.beat();
  ok(isExecutusError(scene.signal.reason, "EXECUTUS_FENCED"), "the signal is aborted with FENCED");
  return untilAborted(scene.signal);
}
