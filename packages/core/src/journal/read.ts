import { ExecutusError, isExecutusError } from "../errors.ts";
import type { RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { lastRecord } from "./context.ts";
import { readRecords } from "./read-records.ts";
import { foldJournal } from "./fold.ts";
import type { FoldedRun } from "./fold.ts";
import { corruptRecord } from "./format.ts";
import type { OpenedRecord } from "./format.ts";
import { getRow, inspect, neverHeldStill, retrying, sameRow } from "./inspect.ts";
import type { Inspection } from "./inspect.ts";

/** A run as its journal tells it. */
export interface StoredRun {
  readonly row: RunRow;
  readonly run: FoldedRun;
}

type LookedAt = Exclude<Inspection, { readonly kind: "missing" }>;

/** Reads a run whole. @throws `EXECUTUS_CORRUPT_RECORD`, `EXECUTUS_UNSUPPORTED_FORMAT` */
export async function readRun(context: JournalContext, id: string): Promise<StoredRun | undefined> {
  const found = await retrying(context, async () => {
    const looked = await inspect(context, id);
    if (looked.kind === "missing") return "missing";
    const run = await foldIfThere(context, looked.row);
    if (run === undefined || !includes(run, looked)) return undefined;
    return { row: looked.row, run };
  });
  if (found === undefined) throw neverHeldStill(id);
  return found === "missing" ? undefined : found;
}

/**
 * Whether a journal that was read says what was there when it was looked at. If not, its removal has begun meanwhile, which
 * may take the last records first; or it was opened again, for which a look again is as good.
 */
function includes({ last, end }: FoldedRun, looked: LookedAt): boolean {
  return last.record.seq >= looked.last.seq && (looked.kind === "active" || end !== undefined);
}

/**
 * Reads a journal and puts it together.
 *
 * @returns `undefined` if the run was removed or handed over meanwhile, or is a ghost: look again.
 * @throws `EXECUTUS_CORRUPT_RECORD`, `EXECUTUS_UNSUPPORTED_FORMAT`
 */
export async function foldIfThere(
  context: JournalContext,
  row: RunRow,
): Promise<FoldedRun | undefined> {
  return ifThere(context, row, async () => {
    const run = await foldJournal(context, row.id, row.incarnation);
    if (run !== undefined) return run;
    // An empty journal is a ghost's; the next look removes it. One whose first slot alone is empty is damaged.
    const again = await getRow(context, row.id);
    if (again === undefined || !sameRow(row, again)) return undefined;
    if ((await lastRecord(context, row.incarnation)) === undefined) return undefined;
    throw corruptRecord(row.id, 1, "is missing");
  });
}

/** Reads how a run began: what it is, and its input. @returns `undefined` if it was removed meanwhile */
export function readBegin(context: JournalContext, row: RunRow): Promise<OpenedRecord | undefined> {
  const { id, incarnation: journal } = row;
  return ifThere(context, row, async () => {
    for await (const [first] of readRecords(context, { id, journal, fromSeq: 1 })) return first;
    return undefined;
  });
}

/** What looks like damage may be a removal under way: then the run is not there any more. */
async function ifThere<T>(
  context: JournalContext,
  row: RunRow,
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const again = await getRow(context, row.id);
    if (again === undefined || !sameDrive(row, again)) return undefined;
    throw error;
  }
}

/** Whether an error says that a record cannot be read by this process, whoever asks how often. */
export function isUnreadable(error: unknown): error is ExecutusError {
  return (
    isExecutusError(error, "EXECUTUS_CORRUPT_RECORD") ||
    isExecutusError(error, "EXECUTUS_UNSUPPORTED_FORMAT")
  );
}

/** Whether two readings of a row show the same run, driven by the same owner. */
export function sameDrive(a: RunRow, b: RunRow): boolean {
  return a.incarnation === b.incarnation && a.status === b.status && a.generation === b.generation;
}

/** The error of a run whose end only its journal could tell, and does not. */
export function removedError(id: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_RUN_NOT_FOUND",
    `Run "${id}" was deleted. Begin it again with run.`,
    { runId: id },
  );
}
