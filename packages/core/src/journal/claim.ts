import type { ResumeState, RunInfo } from "../checkpointer.ts";
import type { Codec } from "../codec.ts";
import { isExecutusError } from "../errors.ts";
import type { ExecutusError } from "../errors.ts";
import type { JournalRecord, RunRef, RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { controlRecord, fillSlot } from "./context.ts";
import { attemptsOf, beginningOf } from "./fold.ts";
import type { FoldedRun, Since } from "./fold.ts";
import { recordOpener } from "./format.ts";
import type { OpenedRecord } from "./format.ts";
import { isDue } from "./due.ts";
import { getRow, inspect, lookOnce, retrying, updateRow } from "./inspect.ts";
import type { Observations } from "./observations.ts";
import { Owner } from "./owner.ts";
import type { OwnerOptions } from "./owner.ts";
import { foldIfThere, isUnreadable, sameDrive } from "./read.ts";
import { judge } from "./verdict.ts";
import type { AttemptLimits } from "./verdict.ts";

/** A run that is this process's to drive. */
export interface OwnedRun {
  readonly kind: "owned";
  readonly checkpointer: Owner;
  readonly resume: ResumeState;
  readonly run: RunInfo;
  /** Begin is 1. */
  readonly attempt: number;
  /** The counts at the last reopening, from which limits count. */
  readonly since: Since;
}

/** What came of a claim. */
export type ClaimOutcome =
  | OwnedRun
  | { readonly kind: "busy" | "missing" | "ended" | "exhausted" | "cancelled" }
  | {
      readonly kind: "skipped";
      /** Why this process leaves the run to others. Nothing was written. */
      readonly error: ExecutusError;
    };

/** What a claimer has read of a run before it claims it. */
export interface ClaimCandidate extends Pick<
  FoldedRun,
  "definition" | "version" | "history" | "completedPhases"
> {
  readonly id: string;
  readonly incarnation: string;
}

export interface ClaimOptions extends AttemptLimits {
  /** Says why this process cannot run a run, if it cannot. */
  admit(run: ClaimCandidate): ExecutusError | undefined;
}

/** Claims an interrupted run: reads its journal, and appends a claim right after what it has read. */
export async function claim(
  context: JournalContext,
  observations: Observations,
  id: string,
  options: ClaimOptions,
): Promise<ClaimOutcome> {
  const outcome = await retrying(context, async (): Promise<ClaimOutcome | undefined> => {
    const found = await lookOnce(context, id);
    if (found === undefined) return undefined;
    if (found.kind !== "active") {
      observations.forget(id);
      return { kind: found.kind };
    }
    const { row, last } = found;
    if (!isDue(context, observations, found)) return { kind: "busy" };
    return tryClaim(context, row, last, options);
  });
  return outcome ?? { kind: "busy" };
}

/** One try to claim a run that is due. @returns `undefined` if somebody else was faster: look again. */
async function tryClaim(
  context: JournalContext,
  row: RunRow,
  last: JournalRecord,
  options: ClaimOptions,
): Promise<ClaimOutcome | undefined> {
  const read = await readForClaim(context, row, last);
  if (read === undefined || !("history" in read)) return read;
  const refusal = options.admit({ ...read, id: row.id, incarnation: row.incarnation });
  if (refusal !== undefined && !read.cancelAsked) return { kind: "skipped", error: refusal };
  const now = await getRow(context, row.id);
  if (now === undefined || !sameDrive(row, now)) return undefined;
  const generation = read.last.record.generation + 1;
  const seq = read.last.record.seq + 1;
  // Somebody has claimed it since it was looked at: whether that hand-over is under way is to be asked anew.
  if (read.last.record.generation > last.generation) return undefined;
  const { record } = controlRecord(context, row.incarnation, "claim", generation, {
    owner: context.owner,
    leaseMs: context.leaseMs,
    seen: now.generation,
  });
  const won = await fillSlot(context, row.incarnation, { ...record, seq });
  if (won !== true) return undefined;
  const heldSince = context.runtime.monotonic();
  if (!(await tellRow(context, now, { ...record, seq }))) return undefined;
  read.marks.push({ type: "claim", generation, seen: now.generation });
  return take(context, row, { generation, seq, heldSince }, read, options);
}

/** Reads a journal, or says that it cannot be read here. @returns `undefined` to look again */
async function readForClaim(
  context: JournalContext,
  row: RunRow,
  last: JournalRecord,
): Promise<FoldedRun | ClaimOutcome | undefined> {
  try {
    const run = await foldIfThere(context, row);
    return run?.end === undefined ? run : undefined;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const isDamaged = isExecutusError(error, "EXECUTUS_CORRUPT_RECORD");
    return (isDamaged && damagedButCancelled(context, row, last)) || { kind: "skipped", error };
  }
}

/**
 * A damaged run whose last word is a request to cancel it: to end it takes nothing of what it holds. Else it could never be
 * ended, and so never be deleted.
 */
function damagedButCancelled(
  { codec }: JournalContext,
  { id, incarnation, definition, version, queue, createdAt }: RunRow,
  last: JournalRecord,
): FoldedRun | undefined {
  if (last.type !== "request" || last.chunks !== undefined) return undefined;
  const opened = openIfIntact({ id, incarnation }, last, codec);
  if (opened?.control["kind"] !== "cancel") return undefined;
  const known = { definition, version, queue, createdAt };
  const unknown = { input: undefined, timeoutMs: undefined, deadline: undefined };
  return { ...beginningOf({ ...known, ...unknown }, opened), cancelAsked: true };
}

function openIfIntact(ref: RunRef, record: JournalRecord, codec: Codec): OpenedRecord | undefined {
  try {
    return recordOpener(ref, codec)(record);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** Writes a claim into the row. @returns `false` if the run has gone on without this claim. */
async function tellRow(
  context: JournalContext,
  row: RunRow,
  { generation, nonce, seq }: JournalRecord,
): Promise<boolean> {
  const told = await retrying(context, async () => {
    const now = context.runtime.now();
    const patch = {
      generation,
      owner: context.owner,
      dueAt: now + context.leaseMs,
      updatedAt: now,
    };
    const guard = { status: "active", maxGeneration: generation - 1 } as const;
    if (await updateRow(context, row, patch, guard)) return true;
    const found = await inspect(context, row.id);
    if (found.kind !== "active" || found.row.incarnation !== row.incarnation) return false;
    if (found.row.generation === generation && found.row.owner === context.owner) return true;
    // Somebody repaired the row meanwhile: this claim is still the last word, and says so again.
    return found.last.seq === seq && found.last.nonce === nonce ? undefined : false;
  });
  return told ?? false;
}

/** The claimer, as owner, ends a run that must not be run again before any user code does. */
async function take(
  context: JournalContext,
  { id, incarnation }: RunRef,
  position: Pick<OwnerOptions, "generation" | "seq" | "heldSince">,
  run: FoldedRun,
  options: ClaimOptions,
): Promise<ClaimOutcome> {
  const { history, turns, completedPhases, since, deadline } = run;
  const resume: ResumeState = { history, turns, completedPhases };
  const checkpointer = new Owner(context, {
    ref: { id, incarnation },
    ...position,
    acknowledged: { messages: history.length, outputs: completedPhases.length, turns },
  });
  const verdict = judge(context, id, run, options);
  if (verdict !== undefined) {
    await checkpointer.fail(verdict.error, resume);
    return { kind: verdict.kind };
  }
  const { attempts } = attemptsOf(run);
  const { definition, version, input, createdAt, timeoutMs } = run;
  const info = { id, definition, version, input, createdAt, timeoutMs, deadline };
  return { kind: "owned", checkpointer, resume, run: info, attempt: attempts, since };
}
