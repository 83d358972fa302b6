import { ExecutusError } from "../errors.ts";
import type { RunEnd } from "../journal/fold.ts";

/** What everybody gets of a failed run but the call that drove it: the recorded error is the cause. */
export function runFailed(runId: string, cause: unknown, note?: string): ExecutusError {
  const addition = note === undefined ? "" : ` Not all of it was recorded: ${note}`;
  return new ExecutusError(
    "EXECUTUS_RUN_FAILED",
    `Run "${runId}" has failed: see the cause of this error. Call retry to run it again.${addition}`,
    { runId, cause },
  );
}

/** The output of a run that has ended. @throws `EXECUTUS_RUN_FAILED` */
export function outputOf(runId: string, end: RunEnd): unknown {
  if (end.status === "completed") return end.output;
  throw runFailed(runId, end.error, end.note);
}
