import { setTimeout as sleep } from "node:timers/promises";
import { isLocked } from "./errors.ts";

const longestWaitMs = 32;

/**
 * Does `work`, again and again while a lock is in its way, for up to `limitMs`. What met a lock was surely not applied.
 *
 * SQLite would wait with the event loop blocked, so it is told not to wait at all, and we do. Its locks have no queue:
 * who asks often gets one soon, hence the short waits.
 */
export async function untilUnlocked<Result>(work: () => Result, limitMs: number): Promise<Result> {
  const giveUpAt = performance.now() + limitMs;
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return work();
    } catch (error) {
      if (!isLocked(error) || performance.now() >= giveUpAt) throw error;
    }
    await sleep(waitMs * (0.5 + Math.random()));
  }
}
