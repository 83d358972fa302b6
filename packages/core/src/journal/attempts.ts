/** What of a journal tells of attempts, in its order. Requests do not. */
export type AttemptMark =
  | { readonly type: "begin" | "progress" | "release" | "reopen" }
  | {
      readonly type: "claim";
      readonly generation: number;
      /** The row's generation when the claim was made. */
      readonly seen: number;
    };

export interface AttemptCounts {
  /** Drives of the run by one owner: begin is the first. */
  readonly attempts: number;
  /** Attempts since the last reopening that stopped without a word. */
  readonly failed: number;
  /** Those of them since the run last made progress. */
  readonly failedWithoutProgress: number;
}

/**
 * Counts attempts. A claim tells that the attempt before it failed, unless that one released the run. A claim whose row
 * was never updated (a later claim saw a lower generation) never ran anything, and is left out.
 */
export function countAttempts(marks: readonly AttemptMark[]): AttemptCounts {
  let attempts = 0;
  let failed = 0;
  let failedWithoutProgress = 0;
  let released = false;
  for (const mark of withoutVoidClaims(marks)) {
    switch (mark.type) {
      case "begin":
        attempts = 1;
        break;
      case "claim":
        attempts += 1;
        if (!released) {
          failed += 1;
          failedWithoutProgress += 1;
        }
        released = false;
        break;
      case "progress":
        failedWithoutProgress = 0;
        break;
      case "release":
        released = true;
        break;
      case "reopen":
        released = true;
        failed = 0;
        failedWithoutProgress = 0;
        break;
    }
  }
  return { attempts, failed, failedWithoutProgress };
}

function withoutVoidClaims(marks: readonly AttemptMark[]): AttemptMark[] {
  const kept: AttemptMark[] = [];
  let lowestSeen = Infinity;
  for (const mark of marks.toReversed()) {
    if (mark.type === "claim") {
      if (mark.generation <= lowestSeen) kept.push(mark);
      lowestSeen = Math.min(lowestSeen, mark.seen);
    } else {
      kept.push(mark);
    }
  }
  return kept.toReversed();
}
