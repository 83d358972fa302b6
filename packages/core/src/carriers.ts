import { AsyncLocalStorage } from "node:async_hooks";
import type { Checkpointer, ResumeState } from "./checkpointer.ts";

/** Something for one run: the first that takes it empties it. */
interface Box<T> {
  content: T | undefined;
}

/** What a host hands to a run whose options it cannot reach. */
interface Carried {
  readonly resume?: Box<ResumeState>;
  readonly checkpointer?: Box<Checkpointer>;
}

const carrier = new AsyncLocalStorage<Carried>();

/**
 * Calls `fn`; the first run that is entered directly in it goes on from `state`. An explicit option wins over it, and runs
 * that are started inside a run, or by recovery, never see it.
 */
export function withResumeState<T>(state: ResumeState, fn: () => T): T {
  return carrier.run({ ...carrier.getStore(), resume: { content: state } }, fn);
}

/** Calls `fn`; the first run that is entered directly in it uses `checkpointer` in place of one that it would begin. */
export function withExistingCheckpointer<T>(checkpointer: Checkpointer, fn: () => T): T {
  return carrier.run({ ...carrier.getStore(), checkpointer: { content: checkpointer } }, fn);
}

/** Takes what is carried to the caller. */
export function takeCarried(): {
  readonly resume: ResumeState | undefined;
  readonly checkpointer: Checkpointer | undefined;
} {
  const { resume, checkpointer } = carrier.getStore() ?? {};
  return { resume: take(resume), checkpointer: take(checkpointer) };
}

function take<T>(box: Box<T> | undefined): T | undefined {
  const content = box?.content;
  if (box !== undefined) box.content = undefined;
  return content;
}

/** Calls `fn` with nothing carried to it. */
export function withoutCarried<T>(fn: () => T): T {
  return carrier.run({}, fn);
}
