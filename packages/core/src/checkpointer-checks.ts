import type { Checkpointer, ResumeState } from "./checkpointer.ts";
import { expectMethods, expectFunction, isSignal, show, unexpected } from "./expect.ts";

/** Checks what a host has made itself. @throws {TypeError} */
export function checkCheckpointer(what: string, checkpointer: unknown): void {
  expectMethods(what, checkpointer, "a Checkpointer", ["save", "complete", "fail"]);
  const { release, signal } = checkpointer as Partial<Checkpointer>;
  if (release !== undefined) expectFunction(`"release" of ${what}`, release);
  if (signal !== undefined && !isSignal(signal)) {
    throw unexpected(`"signal" of ${what}`, "an AbortSignal", signal);
  }
}

/** Checks a state that a host hands back. @throws {TypeError} */
export function checkResume(what: string, state: unknown): void {
  const { history, turns, completedPhases } = (state ?? {}) as Partial<ResumeState>;
  const counts = Number.isSafeInteger(turns) && (turns as number) >= 0;
  if (Array.isArray(history) && Array.isArray(completedPhases) && counts) return;
  throw new TypeError(
    `Expected ${what} to be { history: [], turns: 0, completedPhases: [] } or what a save has carried, got ${show(state)}.`,
  );
}
