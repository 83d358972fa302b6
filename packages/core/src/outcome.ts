import { isExecutusError } from "./errors.ts";

/** What becomes of a run's record when an attempt stops. */
export type CheckpointOutcome = "complete" | "leaveRunning" | "fail";

/**
 * Decides what becomes of a run's record.
 *
 * @param failure - how the body failed, or `undefined` if it returned. Success wins over a shutdown that came too late.
 * @param cause - the reason of the abort, if there was one. A shutdown leaves the run running, for another process.
 */
export function classifyCheckpointOutcome(
  failure: { readonly error: unknown } | undefined,
  cause: unknown,
): CheckpointOutcome {
  if (failure === undefined) return "complete";
  return isShutdown(cause) ? "leaveRunning" : "fail";
}

/**
 * Whether a reason is a shutdown: an error with the code `EXECUTUS_SHUTDOWN`, of any copy of the package, or one that has
 * such an error among its causes or, being an `AggregateError`, its errors.
 */
export function isShutdown(reason: unknown): boolean {
  const seen = new Set<unknown>();
  const open: unknown[] = [reason];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isExecutusError(next, "EXECUTUS_SHUTDOWN")) return true;
    open.push(...inside(next));
  }
  return false;
}

/** Causes and errors of an error. One that throws when it is looked at has none. */
function inside(error: { readonly cause?: unknown; readonly errors?: unknown }): unknown[] {
  try {
    const { cause, errors } = error;
    return Array.isArray(errors) ? [cause, ...(errors as readonly unknown[])] : [cause];
  } catch {
    return [];
  }
}
