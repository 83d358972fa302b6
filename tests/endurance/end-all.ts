import { createExecutor } from "@executus/core";
import type { SharedPlace } from "../support/stores.ts";
import { problemsOfEnd } from "./checks.ts";
import { quietLogger } from "./quiet-logger.ts";
import { definitions } from "./work.ts";

export interface Ended {
  readonly runs: number;
  /** Runs that took more than one attempt. */
  readonly recovered: number;
}

/** Ends what the dead have left. @throws if a run did not end as it should */
export async function endAll(place: SharedPlace): Promise<Ended> {
  await using executor = createExecutor({
    store: place.open(),
    definitions,
    logger: quietLogger,
    pollMs: 100,
    maxConcurrentRuns: 100_000,
    maxFailedAttempts: 100_000,
    maxFailedAttemptsWithoutProgress: 100_000,
  });
  await executor.recover();
  await executor.idle();
  const problems: string[] = [];
  let [runs, recovered] = [0, 0];
  let cursor: string | undefined;
  do {
    const page = await executor.list({ cursor });
    for (const { id } of page.runs) {
      const view = await executor.get(id);
      if (view === undefined) continue;
      problems.push(...problemsOfEnd(view));
      runs += 1;
      if (view.attempt > 1) recovered += 1;
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { runs, recovered };
}
