import { ExecutusError } from "../errors.ts";
import type { JournalContext } from "./context.ts";
import { attemptsOf } from "./fold.ts";
import type { FoldedRun } from "./fold.ts";
import { cancelledError } from "./owner.ts";

/** How many attempts may stop without a word. */
export interface AttemptLimits {
  readonly maxFailedAttempts: number;
  readonly maxFailedAttemptsWithoutProgress: number;
}

/** Why a run that was claimed must end before any user code runs. */
export interface Verdict {
  readonly kind: "cancelled" | "ended" | "exhausted";
  readonly error: ExecutusError;
}

/** Whether a run that was claimed, this claim included, may go on. */
export function judge(
  { runtime }: JournalContext,
  id: string,
  run: FoldedRun,
  { maxFailedAttempts, maxFailedAttemptsWithoutProgress }: AttemptLimits,
): Verdict | undefined {
  if (run.cancelAsked) return { kind: "cancelled", error: cancelledError(id) };
  if (run.deadline !== undefined && runtime.now() >= run.deadline) {
    return { kind: "ended", error: deadlineError(id) };
  }
  const { failed, failedWithoutProgress } = attemptsOf(run);
  if (failed > maxFailedAttempts || failedWithoutProgress > maxFailedAttemptsWithoutProgress) {
    return { kind: "exhausted", error: exhaustedError(id, failed, failedWithoutProgress) };
  }
  return undefined;
}

/** The error of a run whose time was over. */
export function deadlineError(runId: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_DEADLINE_EXCEEDED",
    `Run "${runId}" did not end before its deadline. Call retry to give it the same time again, or begin it under another id with a longer "timeoutMs".`,
    { runId },
  );
}

function exhaustedError(runId: string, failed: number, stuck: number): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_ATTEMPTS_EXHAUSTED",
    `Run "${runId}" was interrupted too often: ${failed} of its attempts stopped without a word, the last ${stuck} without progress. Mend what stops its process, then call retry.`,
    { runId },
  );
}
