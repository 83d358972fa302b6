import type { CheckpointerFactory } from "../checkpointer.ts";
import type { AnyDefinition } from "../definition.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import type { Logger } from "../logger.ts";
import { isShutdown } from "../outcome.ts";
import type { ActiveRun } from "./active.ts";
import type { Settings } from "./settings.ts";

/** What the parts of one executor share. */
export interface Engine {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Over the executor's store, if it has one. Opens the store when first used. */
  readonly journal: (() => Promise<Journal>) | undefined;
  /** The host's own. */
  readonly checkpointers: CheckpointerFactory | undefined;
  readonly definitions: ReadonlyMap<string, AnyDefinition>;
  /** Runs that are driven here, by id. */
  readonly active: Map<string, ActiveRun>;
  /** Incarnations whose completed positions do not match what their definition builds: not claimed again. */
  readonly refused: Set<string>;
  /** Aborted when shutdown begins: nothing new is begun or claimed. */
  readonly closing: AbortSignal;
  /** Aborted when shutdown has waited long enough: what still runs is released. */
  readonly stopping: AbortSignal;
  /** Work that is neither a run nor at a door, and that a shutdown waits for: verbs and sweeps. They never reject. */
  readonly underway: Set<Promise<unknown>>;
  /** By id, those who wait for the run to be driven here. */
  readonly awaited: Map<string, Set<() => void>>;
  /** By id, the last of those who wait to decide what to do about it. They never reject. */
  readonly doors: Map<string, Promise<unknown>>;
}

/** The error of a call to an executor that was shut down. */
export function executorClosed(): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_EXECUTOR_CLOSED",
    "The executor was shut down. Make a new one to go on.",
  );
}

/** The reason with which a shutdown stops runs, and those who wait for runs. */
export function shutdownReason(): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_SHUTDOWN",
    "The executor is shutting down; the run is left to be continued by another process.",
  );
}

/** Whether an error comes of the shutdown of this executor, from a call to it that was refused or cut off. */
export function comesOfClosing({ closing }: Engine, error: unknown): boolean {
  return (
    closing.aborted && (isExecutusError(error, "EXECUTUS_EXECUTOR_CLOSED") || isShutdown(error))
  );
}

async function needJournal(engine: Engine, verb: string): Promise<Journal> {
  if (engine.closing.aborted) throw executorClosed();
  if (engine.journal === undefined) {
    throw new ExecutusError(
      "EXECUTUS_UNSUPPORTED",
      `"${verb}" needs a store. Give createExecutor one with the option "store".`,
    );
  }
  return engine.journal();
}

/** Runs a verb that needs a journal; a shutdown waits for it. @throws `EXECUTUS_UNSUPPORTED`, `EXECUTUS_EXECUTOR_CLOSED` */
export function withJournal<T>(
  engine: Engine,
  verb: string,
  work: (journal: Journal) => Promise<T>,
): Promise<T> {
  return underway(engine, async () => work(await needJournal(engine, verb)));
}

/** Lets one caller at a time decide what to do about an id. */
export async function atDoor<T>(
  { doors }: Engine,
  id: string,
  enter: () => Promise<T>,
): Promise<T> {
  const before = doors.get(id) ?? Promise.resolve();
  const turn = before.then(enter);
  const settled = turn.catch(() => {});
  doors.set(id, settled);
  try {
    return await turn;
  } finally {
    if (doors.get(id) === settled) doors.delete(id);
  }
}

/** Counts work among what a shutdown waits for. */
async function underway<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  const result = work();
  const settled = result.catch(() => {});
  engine.underway.add(settled);
  try {
    return await result;
  } finally {
    engine.underway.delete(settled);
  }
}
