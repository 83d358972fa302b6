import { isExecutusError } from "@executus/core";
import type { Executor, RunStore } from "@executus/core";
import { problemsOfEnd, problemsOfOne } from "./checks.ts";
import type { Ledger } from "./ledger.ts";

/** Meanwhile nothing is disturbed. What has not had its turn has it next time. */
const longestMs = 1000;

export interface Harvest {
  readonly ended: number;
  /** Runs that took more than one attempt. */
  readonly recovered: number;
}

/**
 * Checks the runs that have ended and removes them, so that a store does not grow for as long as processes work on it. Only runs
 * whose acceptance somebody was told: whoever was not would begin them again.
 *
 * @throws if one of them did not end as it should
 */
export async function harvest(
  store: RunStore,
  executor: Executor,
  known: Ledger,
): Promise<Harvest> {
  const problems: string[] = [];
  const began = performance.now();
  let [ended, recovered] = [0, 0];
  for (const status of ["completed", "failed"] as const) {
    const { runs } = await executor.list({ status, limit: 200 });
    for (const { id } of runs) {
      if (performance.now() - began > longestMs) break;
      const row = known.accepted.has(id) ? await store.getRun(id) : undefined;
      const view = row && (await executor.get(id));
      if (row === undefined || view === undefined) continue;
      problems.push(...(await problemsOfOne(store, executor, row, known)), ...problemsOfEnd(view));
      if (problems.length > 0) throw new Error(problems.join("\n"));
      known.forget(id, row.incarnation);
      if (!(await isRemoved(executor, id))) continue;
      ended += 1;
      if (view.attempt > 1) recovered += 1;
    }
  }
  return { ended, recovered };
}

/** A removal that is cut off is finished by whoever sweeps. */
async function isRemoved(executor: Executor, id: string): Promise<boolean> {
  try {
    return await executor.delete(id);
  } catch (error) {
    if (isExecutusError(error) && error.retryable) return false;
    throw error;
  }
}
