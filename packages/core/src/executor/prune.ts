import { isExecutusError } from "../errors.ts";
import { expectAtLeast, expectObject, expectOneOf } from "../expect.ts";
import type { Journal } from "../journal/journal.ts";
import { isUnreadable } from "../journal/read.ts";
import type { Engine } from "./engine.ts";
import { pages } from "./pages.ts";

export interface PruneOptions {
  /** How long ago a run must have ended, in milliseconds. */
  readonly olderThanMs: number;
  /** @default both */
  readonly status?: "completed" | "failed" | undefined;
}

/** Deletes runs that ended long enough ago. @returns how many @throws {TypeError} */
export async function pruneRuns(
  engine: Engine,
  journal: Journal,
  options: PruneOptions,
): Promise<number> {
  expectObject("the options of prune", options, "an object such as { olderThanMs }");
  const { olderThanMs, status } = options;
  expectAtLeast('"olderThanMs"', olderThanMs, 0);
  const ended = ["completed", "failed"] as const;
  expectOneOf('"status"', status, ended);
  const before = engine.settings.runtime.now() - olderThanMs;
  let deleted = 0;
  for (const each of status === undefined ? ended : [status]) {
    for await (const { id, updatedAt } of pages(journal, { status: each })) {
      engine.closing.throwIfAborted();
      if (updatedAt >= before) continue;
      if (await deleteOld(engine, journal, id, { status: each, before })) deleted += 1;
    }
  }
  return deleted;
}

/** A listing may lag: a run that was opened again meanwhile stays. So does one of which cannot be read when it ended. */
async function deleteOld(
  { logger }: Engine,
  journal: Journal,
  id: string,
  { status, before }: { readonly status: "completed" | "failed"; readonly before: number },
): Promise<boolean> {
  try {
    const found = await journal.inspect(id);
    if (found.kind !== "ended") return false;
    if (found.row.status !== status || found.row.updatedAt >= before) return false;
    return await journal.delete(id);
  } catch (error) {
    if (isExecutusError(error, "EXECUTUS_RUN_ACTIVE")) return false;
    if (!isUnreadable(error)) throw error;
    logger.warn({ runId: id, err: error }, 'A run was not pruned: see "err".');
    return false;
  }
}
