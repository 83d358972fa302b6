import { isExecutusError } from "../errors.ts";
import { expectAtLeast, expectObject, expectOneOf } from "../expect.ts";
import type { Journal } from "../journal/journal.ts";
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
  { settings, closing }: Engine,
  journal: Journal,
  options: PruneOptions,
): Promise<number> {
  expectObject("the options of prune", options, "an object such as { olderThanMs }");
  const { olderThanMs, status } = options;
  expectAtLeast('"olderThanMs"', olderThanMs, 0);
  const ended = ["completed", "failed"] as const;
  expectOneOf('"status"', status, ended);
  const before = settings.runtime.now() - olderThanMs;
  let deleted = 0;
  for (const each of status === undefined ? ended : [status]) {
    for await (const { id, updatedAt } of pages(journal, { status: each })) {
      closing.throwIfAborted();
      if (updatedAt < before && (await deleteOld(journal, id, each, before))) deleted += 1;
    }
  }
  return deleted;
}

/** A listing may lag: a run that was opened again meanwhile stays. */
async function deleteOld(
  journal: Journal,
  id: string,
  status: "completed" | "failed",
  before: number,
): Promise<boolean> {
  const found = await journal.inspect(id);
  if (found.kind !== "ended") return false;
  if (found.row.status !== status || found.row.updatedAt >= before) return false;
  try {
    return await journal.delete(id);
  } catch (error) {
    if (isExecutusError(error, "EXECUTUS_RUN_ACTIVE")) return false;
    throw error;
  }
}
