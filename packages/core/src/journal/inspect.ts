import { ExecutusError } from "../errors.ts";
import { jittered, pause } from "../runtime.ts";
import type { JournalRecord, RunGuard, RunPatch, RunRef, RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { call, lastRecord, read } from "./context.ts";
import { checkFields, readControl } from "./format.ts";
import { checkRow } from "./row.ts";

/** What a run's row and its last record say together. */
export type Inspection =
  | { readonly kind: "missing" }
  | { readonly kind: "ended" | "active"; readonly row: RunRow; readonly last: JournalRecord };

/** How often a step starts over when others keep changing the run under it. */
const tries = 20;

/**
 * Runs one step of the protocol again and again until it gives a result: whoever loses a race looks again.
 *
 * @returns `undefined` when the run never held still.
 */
export async function retrying<T>(
  { runtime }: JournalContext,
  step: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let turn = 0; turn < tries; turn += 1) {
    // The first look again is for what this process has just repaired: nobody is waited for.
    if (turn > 1) await pause(runtime, jittered(runtime, Math.min(5 * turn, 50)));
    const result = await step();
    if (result !== undefined) return result;
  }
  return undefined;
}

/** The error of a step that others kept from its end. */
export function neverHeldStill(id: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_STORE_UNAVAILABLE",
    `Run "${id}" kept changing while it was looked at. Try again.`,
    { runId: id },
  );
}

/**
 * Reads a run's row and last record, repairs the row from the journal, and finishes a removal that was cut off.
 *
 * @throws `EXECUTUS_STORE_UNAVAILABLE`
 */
export async function inspect(context: JournalContext, id: string): Promise<Inspection> {
  const found = await retrying(context, () => lookOnce(context, id));
  if (found === undefined) throw neverHeldStill(id);
  return found;
}

/** Reads a row. @throws `EXECUTUS_CORRUPT_RECORD`, `EXECUTUS_STORE_UNAVAILABLE` */
export async function getRow(context: JournalContext, id: string): Promise<RunRow | undefined> {
  const row = await read(context, "getRun", () => context.store.getRun(id));
  if (row !== undefined) checkRow(id, row);
  return row;
}

/** Updates a row. @returns whether the guard held; at a repetition `false` may be the answer to one's own first try. */
export function updateRow(
  context: JournalContext,
  { id, incarnation }: RunRef,
  patch: RunPatch,
  guard: RunGuard,
): Promise<boolean> {
  return call(context, "updateRun", () =>
    context.store.updateRun({ id, incarnation }, patch, guard),
  );
}

/** Removes a run for good. Its row must be marked, or be of another incarnation. */
export async function remove(context: JournalContext, { id, incarnation }: RunRef): Promise<void> {
  await call(context, "deleteRun", () => context.store.deleteRun({ id, incarnation }));
}

/** Marks a run as being removed, if its row is still as it was read. */
export function markDeleting(context: JournalContext, row: RunRow): Promise<boolean> {
  return updateRow(
    context,
    row,
    { status: "deleting", updatedAt: context.runtime.now() },
    { status: row.status, maxGeneration: row.generation },
  );
}

/** One look at a run. @returns `undefined` if it has to be looked at again */
export async function lookOnce(
  context: JournalContext,
  id: string,
): Promise<Inspection | undefined> {
  const row = await getRow(context, id);
  if (row === undefined) return { kind: "missing" };
  if (row.status === "deleting") {
    await remove(context, row);
    return { kind: "missing" };
  }
  const last = await lastRecord(context, row.incarnation);
  if (last === undefined) return lookAtGhost(context, row);
  checkFields(id, last);
  const ended = last.type === "complete" || last.type === "fail";
  if (row.status === "active") {
    if (!ended) return { kind: "active", row, last };
    // The next look finds the row repaired, by this update or by somebody else's.
    await repairEnd(context, row, last);
    return undefined;
  }
  if (ended) return { kind: "ended", row, last };
  await repairReopening(context, row, last);
  return undefined;
}

/** A row without a journal: an insert that was applied after its run had been removed. */
async function lookAtGhost(context: JournalContext, row: RunRow): Promise<Inspection | undefined> {
  const again = await getRow(context, row.id);
  if (again === undefined) return { kind: "missing" };
  if (!sameRow(row, again)) return undefined;
  if (!(await markDeleting(context, row))) return undefined;
  await remove(context, row);
  return { kind: "missing" };
}

export function sameRow(a: RunRow, b: RunRow): boolean {
  return (
    a.incarnation === b.incarnation &&
    a.status === b.status &&
    a.generation === b.generation &&
    a.owner === b.owner &&
    a.dueAt === b.dueAt &&
    a.updatedAt === b.updatedAt
  );
}

async function repairEnd(context: JournalContext, row: RunRow, last: JournalRecord): Promise<void> {
  await updateRow(context, row, endPatch(row.id, last), {
    status: "active",
    maxGeneration: last.generation,
  });
}

/** What the row says once its run has ended. */
export function endPatch(id: string, last: JournalRecord): RunPatch {
  const { code } = readControl(id, last);
  return last.type === "complete"
    ? { status: "completed", code: "", updatedAt: last.at }
    : { status: "failed", code: typeof code === "string" ? code : "", updatedAt: last.at };
}

/** Only the claimer writes a claim's generation into the row. */
async function repairReopening(
  context: JournalContext,
  row: RunRow,
  last: JournalRecord,
): Promise<void> {
  const generation = last.type === "claim" ? last.generation - 1 : last.generation;
  await updateRow(context, row, reopenPatch(context, generation), {
    status: row.status,
    maxGeneration: generation - 1,
  });
}

/** What the row says of a run that was opened again: nobody drives it, and anybody may. */
export function reopenPatch({ runtime }: JournalContext, generation: number): RunPatch {
  const now = runtime.now();
  return { status: "active", code: "", owner: "", generation, dueAt: now, updatedAt: now };
}
