import type { CheckpointerFactory, RunInfo } from "../checkpointer.ts";
import type { RunPage, RunQuery, RunRow } from "../store.ts";
import { begin } from "./begin.ts";
import { claim } from "./claim.ts";
import { mayBeDue } from "./due.ts";
import type { ClaimOptions, ClaimOutcome } from "./claim.ts";
import type { JournalContext } from "./context.ts";
import { read } from "./context.ts";
import { readRecords } from "./read-records.ts";
import type { OpenedRecord } from "./format.ts";
import { inspect, remove } from "./inspect.ts";
import type { Inspection } from "./inspect.ts";
import { Observations } from "./observations.ts";
import type { Owner } from "./owner.ts";
import { readBegin, readRun } from "./read.ts";
import type { StoredRun } from "./read.ts";
import { deleteEnded, reopen, requestCancel } from "./requests.ts";

/** The journal protocol over one store: a checkpointer factory that can also claim, read and end runs. */
export interface Journal extends CheckpointerFactory {
  begin(run: RunInfo): Promise<Owner>;
  claim(id: string, options: ClaimOptions): Promise<ClaimOutcome>;
  /** Row and last record, repaired. */
  inspect(id: string): Promise<Inspection>;
  /** Whether a row that was listed looks as if others than its owner may claim the run. */
  mayBeDue(row: RunRow): boolean;
  /** All that the journal of a run says. */
  read(id: string): Promise<StoredRun | undefined>;
  /** How a run began; `undefined` if it was removed meanwhile. */
  readBegin(row: RunRow): Promise<OpenedRecord | undefined>;
  /** The records of a run from slot `fromSeq` on, some at once. */
  records(
    id: string,
    incarnation: string,
    fromSeq: number,
  ): AsyncGenerator<readonly OpenedRecord[], void>;
  requestCancel(id: string): Promise<"requested" | "ended">;
  reopen(id: string): Promise<void>;
  delete(id: string): Promise<boolean>;
  /** Finishes a removal that was cut off. */
  finishRemoval(ref: { readonly id: string; readonly incarnation: string }): Promise<void>;
  list(query: RunQuery): Promise<RunPage>;
}

/** Makes the journal of one process over one store. */
export function createJournal(context: JournalContext): Journal {
  // Every active row is looked at once per lease, or as often as its host sweeps.
  const observations = new Observations(context.runtime, Math.max(4 * context.leaseMs, 3_600_000));
  return {
    begin: (run) => begin(context, run),
    claim: (id, options) => claim(context, observations, id, options),
    inspect: (id) => inspect(context, id),
    mayBeDue: (row) => mayBeDue(context, observations, row),
    read: (id) => readRun(context, id),
    readBegin: (row) => readBegin(context, row),
    records: (id, journal, fromSeq) => readRecords(context, { id, journal, fromSeq }),
    requestCancel: (id) => requestCancel(context, id),
    reopen: (id) => reopen(context, id),
    delete: (id) => deleteEnded(context, id),
    finishRemoval: (ref) => remove(context, ref),
    list: (query) => read(context, "listRuns", () => context.store.listRuns(query)),
  };
}
