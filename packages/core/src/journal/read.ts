import { ExecutusError } from "../errors.ts";
import type { RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { readRecords } from "./context.ts";
import { foldJournal } from "./fold.ts";
import type { FoldedRun } from "./fold.ts";
import type { OpenedRecord } from "./format.ts";
import { inspect, neverHeldStill, retrying } from "./inspect.ts";

/** A run as its journal tells it. */
export interface StoredRun {
  readonly row: RunRow;
  readonly run: FoldedRun;
}

/** Reads a run whole. @throws `EXECUTUS_CORRUPT_RECORD`, `EXECUTUS_UNSUPPORTED_FORMAT` */
export async function readRun(context: JournalContext, id: string): Promise<StoredRun | undefined> {
  const found = await retrying(context, async () => {
    const looked = await inspect(context, id);
    if (looked.kind === "missing") return "missing";
    const run = await foldJournal(context, id, looked.row.incarnation);
    // Removed meanwhile: look again.
    return run === undefined ? undefined : { row: looked.row, run };
  });
  if (found === undefined) throw neverHeldStill(id);
  return found === "missing" ? undefined : found;
}

/** Reads how a run began: what it is, and its input. */
export async function readSlotOne(
  context: JournalContext,
  id: string,
  journal: string,
): Promise<OpenedRecord | undefined> {
  for await (const record of readRecords(context, { id, journal, fromSeq: 1 })) return record;
  return undefined;
}

/** The error of a run whose end only its journal could tell, and does not. */
export function removedError(id: string): ExecutusError {
  return new ExecutusError("EXECUTUS_RUN_NOT_FOUND", `Run "${id}" was deleted.`, { runId: id });
}
