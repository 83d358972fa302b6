import { freshId } from "../fixtures.ts";
import { type Outcome, outcomeOf } from "../world/expect-run.ts";
import { type Meddle, type Process, type ProcessOptions } from "../world/process.ts";
import {
  type Act,
  type Scene,
  type Story,
  story,
  storyInput,
  type StoryKind,
  storyKinds,
  type StoryOptions,
} from "../world/story.ts";
import { worldScenario, type World } from "../world/world.ts";
import type { Scenario } from "../scenario.ts";

/** An attempt that comes to its end in some way. */
export interface Stage {
  readonly world: World;
  readonly id: string;
  readonly kind: StoryKind;
  readonly isRecovered: boolean;
  readonly told: Story;
  /** Drives the attempt. */
  readonly process: Process;
  /** Aborts the call that drives it. */
  readonly caller: AbortController;
}

/** One row of the exit table. */
export interface ExitRow {
  readonly id: string;
  readonly behaviour: string;
  /** @default both */
  readonly kinds?: readonly StoryKind[];
  /** In which step the attempt comes to its end. @default 1 */
  readonly at?: number;
  readonly act?: (stage: Stage, scene: Scene) => ReturnType<Act>;
  readonly options?: StoryOptions;
  readonly process?: ProcessOptions;
  /** Comes between the process and its store. */
  readonly meddle?: (stage: Stage) => Meddle;
  readonly check: (stage: Stage, outcome: Outcome) => Promise<void>;
}

/** A scenario that takes one exit on a fresh run and on a recovered one, of phases and of turns. */
export function exitScenario(row: ExitRow): Scenario {
  return worldScenario(`exit.${row.id}`, row.behaviour, async (world) => {
    for (const kind of row.kinds ?? storyKinds) {
      for (const isRecovered of [false, true]) {
        const stage = await arrange(world, row, kind, isRecovered);
        const { process, told, id, caller } = stage;
        if (row.meddle !== undefined) process.meddle = row.meddle(stage);
        const options = {
          id,
          input: storyInput,
          ifActive: "reject",
          signal: caller.signal,
        } as const;
        await row.check(stage, await outcomeOf(process.executor.run(told.definition, options)));
      }
    }
  });
}

async function arrange(
  world: World,
  { at = 1, act, options, process: settings }: ExitRow,
  kind: StoryKind,
  isRecovered: boolean,
): Promise<Stage> {
  const id = `run-${freshId()}`;
  const process = await world.process(settings);
  const dead = await world.process();
  const told = story(kind, {
    ...options,
    act(scene): ReturnType<Act> {
      if (scene.index !== at) return;
      if (isRecovered && scene.visit === 1) return dead.dieHere();
      return scene.visit === (isRecovered ? 2 : 1) ? act?.(stage, scene) : undefined;
    },
  });
  const stage: Stage = {
    world,
    id,
    kind,
    isRecovered,
    told,
    process,
    caller: new AbortController(),
  };
  if (isRecovered) {
    await Promise.race([dead.executor.run(told.definition, { id, input: storyInput }), dead.died]);
  }
  return stage;
}
