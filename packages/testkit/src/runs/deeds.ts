import { deepEqual, equal, fail } from "node:assert/strict";
import { type AnyDefinition, isExecutusError } from "@executus/core";
import { freshId } from "../fixtures.ts";
import { codeOf, endedAs, ranInOrder, savedRanOnce, toldTo } from "../world/expect-run.ts";
import type { Process, ProcessOptions } from "../world/process.ts";
import { type Act, type Story, story, storyInput } from "../world/story.ts";
import type { StoryKind, StoryOptions } from "../world/story.ts";
import type { World } from "../world/world.ts";
import { hasNoJournal } from "../scenarios/whole-run.ts";
import { asking } from "./agent-deed.ts";

/** Something that a process does with a run, in several store calls, any of which may go wrong. */
export interface Deed {
  readonly id: string;
  /** In the present tense, for the contract sentence. */
  readonly told: string;
  /** Makes a run that is ready for it. */
  readonly prepare: (world: World) => Promise<Prepared>;
}

export interface Prepared {
  readonly definition: AnyDefinition;
  /** Of the processes that do it. */
  readonly options?: ProcessOptions;
  /** Does it. Another process does the same after one that died of it. */
  readonly act: (process: Process) => Promise<unknown>;
  /** Fails unless all came of it that should. */
  readonly check: (first: Process) => Promise<void>;
}

/** Runs a story here; never waits for another process. */
export function tell(process: Process, { definition }: Story, id: string): Promise<unknown> {
  return process.executor.run(definition, { id, input: storyInput, ifActive: "reject" });
}

/** Runs a story until a process dies in one of its steps, when it is first there. */
export async function interrupted(
  world: World,
  kind: StoryKind,
  { at = 1, act, names }: { at?: number; act?: Act; names?: readonly string[] } = {},
): Promise<{ readonly id: string; readonly told: Story; readonly dead: Process }> {
  const id = `run-${freshId()}`;
  const dead = await world.process();
  const told = story(kind, {
    names,
    act: (scene) => (scene.index === at && scene.visit === 1 ? dead.dieHere() : act?.(scene)),
  });
  await Promise.race([tell(dead, told, id), dead.died]);
  return { id, told, dead };
}

function running(kind: StoryKind, { names }: Pick<StoryOptions, "names"> = {}): Deed["prepare"] {
  return (world) => driving(world, story(kind, { names }));
}

/** Phases whose outputs take several chunks each. */
function chunking(world: World): Promise<Prepared> {
  const long = "0123456789".repeat(500);
  const told = story("phases", {
    act: ({ index }) => (index < 2 ? { output: `${long}${index}` } : undefined),
  });
  return driving(world, { ...told, output: `c2 after ${long}1` }, { maxRecordBytes: 2_048 });
}

async function driving(world: World, told: Story, options: ProcessOptions = {}): Promise<Prepared> {
  const id = `run-${freshId()}`;
  return {
    definition: told.definition,
    options,
    act: async (process) => deepEqual(await tell(process, told, id), told.output),
    async check(first) {
      await toldTo(world, id, told);
      ranInOrder(told);
      savedRanOnce(told, first);
    },
  };
}

async function resuming(world: World): Promise<Prepared> {
  const { id, told, dead } = await interrupted(world, "phases");
  return {
    definition: told.definition,
    act: async (process) => deepEqual(await tell(process, told, id), told.output),
    async check() {
      await toldTo(world, id, told);
      ranInOrder(told, 2);
      savedRanOnce(told, dead);
    },
  };
}

async function stopping(world: World): Promise<Prepared> {
  const id = `run-${freshId()}`;
  let first: Process | undefined;
  let here: Process | undefined;
  const told = story("phases", {
    act({ index, visit, signal }) {
      if (here !== first || index !== 1 || visit !== 1) return;
      void first?.executor.shutdown({ graceMs: 0 });
      return untilAborted(signal);
    },
  });
  return {
    definition: told.definition,
    async act(process) {
      first ??= process;
      here = process;
      if (here === first) equal(await codeOf(tell(process, told, id)), "EXECUTUS_SHUTDOWN");
      else await tell(process, told, id);
    },
    async check() {
      here = await world.process();
      await tell(here, told, id);
      await toldTo(world, id, told);
      ranInOrder(told);
    },
  };
}

async function cancelling(world: World): Promise<Prepared> {
  const { id, told } = await interrupted(world, "phases");
  return {
    definition: told.definition,
    act: ({ executor }) => executor.cancel(id),
    async check() {
      await endedAs(world, id, { type: "fail", code: "EXECUTUS_CANCELLED" });
      deepEqual(told.ran, [0, 1], "nothing is run any more");
    },
  };
}

async function retrying(world: World): Promise<Prepared> {
  const id = `run-${freshId()}`;
  const told = story("phases", {
    act: ({ index, visit }) => {
      if (index === 1 && visit === 1) throw new Error("at first");
    },
  });
  await tell(await world.process(), told, id).catch(() => {});
  return {
    definition: told.definition,
    act: ({ executor }) => executor.retry(id).then((handle) => handle.result(), unlessCompleted),
    async check() {
      const { output } = await endedAs(world, id, { type: "complete", times: 2 });
      equal(output, told.output);
      ranInOrder(told, 2);
    },
  };
}

async function deleting(world: World): Promise<Prepared> {
  const { store } = world.context;
  const id = `run-${freshId()}`;
  const told = story("phases");
  await tell(await world.process(), told, id);
  const { incarnation } = (await store.getRun(id)) ?? fail("the run has a row");
  return {
    definition: told.definition,
    act: ({ executor }) => executor.delete(id),
    async check() {
      equal(await store.getRun(id), undefined, "its row is gone");
      await hasNoJournal(store, incarnation, []);
    },
  };
}

/** The one whose retry failed may have completed the run before it did. */
function unlessCompleted(error: unknown): void {
  if (!isExecutusError(error, "EXECUTUS_RUN_COMPLETED")) throw error;
}

export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}

export const deeds: readonly Deed[] = [
  { id: "phases", told: "a run of phases is begun and driven", prepare: running("phases") },
  {
    id: "duplicate-names",
    told: "a run whose phases share their names is begun and driven",
    prepare: running("phases", { names: ["same", "same", "other", "same"] }),
  },
  {
    id: "chunks",
    told: "a run whose outputs take many chunks is begun and driven",
    prepare: chunking,
  },
  { id: "loop", told: "a loop is begun and driven", prepare: running("loop") },
  { id: "agent", told: "an agent is begun and driven", prepare: asking },
  { id: "resume", told: "a run is claimed and driven on", prepare: resuming },
  { id: "shutdown", told: "a run is released", prepare: stopping },
  { id: "cancel", told: "a run that nobody drives is cancelled", prepare: cancelling },
  { id: "retry", told: "a failed run is opened again and driven on", prepare: retrying },
  { id: "delete", told: "a run is deleted", prepare: deleting },
];
