import { AsyncLocalStorage } from "node:async_hooks";
import { checkCheckpointer, checkResume } from "./checkpointer-checks.ts";
import type { Checkpointer, ResumeState } from "./checkpointer.ts";
import { expectFunction } from "./expect.ts";

/** Something for one run: the first that takes it empties it. */
interface Box<T> {
  content: T | undefined;
}

/** What a host hands to a run whose options it cannot reach. */
interface Carried {
  readonly resume?: Box<ResumeState>;
  readonly checkpointer?: Box<Checkpointer>;
}

/** One for all copies of this package in a process: what is handed over must not depend on whose function was called. */
const registry = globalThis as { [key: symbol]: AsyncLocalStorage<Carried> | undefined };
const key = Symbol.for("@executus/core carried 1");
registry[key] ??= new AsyncLocalStorage<Carried>();
const carrier = registry[key];

/**
 * Calls `fn`; the first run that is entered directly in it goes on from `state`. An explicit option wins over it, and runs
 * that are started inside a run, or by recovery, never see it.
 *
 * @throws {TypeError} if one of them is not what it should be.
 */
export function withResumeState<T>(state: ResumeState, fn: () => T): T {
  checkResume("the state", state);
  expectFunction("what is called with a state", fn);
  return carrier.run({ ...carrier.getStore(), resume: { content: state } }, fn);
}

/**
 * Calls `fn`; the first run that is entered directly in it uses `checkpointer` in place of one that it would begin.
 *
 * @throws {TypeError} if one of them is not what it should be.
 */
export function withExistingCheckpointer<T>(checkpointer: Checkpointer, fn: () => T): T {
  checkCheckpointer("the checkpointer", checkpointer);
  expectFunction("what is called with a checkpointer", fn);
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
