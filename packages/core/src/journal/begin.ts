import type { RunInfo } from "../checkpointer.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import type { RunRef, RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { call, fillSlot, lastRecord, putChunks } from "./context.ts";
import { encodePayload } from "./delta.ts";
import { draftRecord } from "./format.ts";
import type { Draft } from "./format.ts";
import { getRow, neverHeldStill, remove, retrying } from "./inspect.ts";
import { Owner } from "./owner.ts";
import { fencedError } from "./writer.ts";

const nothing = { messages: 0, outputs: 0, turns: 0 };

/**
 * Begins a run: its first record, then the row, whose insertion makes the run exist.
 *
 * @throws `EXECUTUS_RUN_EXISTS`, `EXECUTUS_FENCED`, `EXECUTUS_NOT_SERIALIZABLE`, `EXECUTUS_TOO_LARGE`; `EXECUTUS_STORE_UNAVAILABLE`,
 * with `uncertain: true` if the run may exist all the same.
 */
export async function begin(context: JournalContext, info: RunInfo): Promise<Owner> {
  const ref: RunRef = { id: info.id, incarnation: context.runtime.id() };
  await putBegin(context, ref, beginRecord(context, ref, info));
  const sentAt: number[] = [];
  const heldSince = await retrying(context, () => insert(context, ref, info, sentAt));
  if (heldSince === undefined) throw sentButUnknown(info.id, neverHeldStill(info.id));
  return new Owner(context, { ref, generation: 1, seq: 1, acknowledged: nothing, heldSince });
}

/** The row, whose lease begins when it is sent. */
function firstRow(context: JournalContext, ref: RunRef, info: RunInfo): RunRow {
  const { runtime, queue, owner, leaseMs } = context;
  const now = runtime.now();
  return {
    ...ref,
    queue,
    definition: info.definition,
    version: info.version,
    status: "active",
    code: "",
    generation: 1,
    owner,
    dueAt: now + leaseMs,
    createdAt: info.createdAt,
    updatedAt: now,
  };
}

function beginRecord(
  context: JournalContext,
  { incarnation: journal }: RunRef,
  info: RunInfo,
): Draft {
  const { runtime, store, codec, queue, owner, leaseMs, maxRecordedBytes: maxBytes } = context;
  const { input, definition, version, timeoutMs, deadline } = info;
  const { codec: name, data } = encodePayload(
    codec,
    { input },
    { maxBytes, base: nothing, runId: info.id },
  );
  return draftRecord(
    { journal, type: "begin", generation: 1, nonce: runtime.id(), at: info.createdAt },
    { definition, version, queue, timeoutMs, deadline, owner, leaseMs },
    { codec: name, data },
    store.limits.maxRecordBytes,
  );
}

/** Puts the first record, and its chunks. Whatever its fate, it does not make the run exist. */
async function putBegin(
  context: JournalContext,
  { id, incarnation }: RunRef,
  draft: Draft,
): Promise<void> {
  try {
    await putChunks(context, incarnation, draft);
    // Nobody else knows this journal: whatever is in its first slot is this record.
    await fillSlot(context, incarnation, { ...draft.record, seq: 1 });
  } catch (error) {
    if (!isExecutusError(error, "EXECUTUS_STORE_UNAVAILABLE")) throw error;
    throw new ExecutusError(error.code, `Run "${id}" was not begun. ${error.message}`, {
      runId: id,
      cause: error.cause,
    });
  }
}

/**
 * One round of making the run exist.
 *
 * @param sentAt - when each try was sent, in this round and those before, on this process's own clock.
 * @returns since when the lease is held, once the run is owned; `undefined` to try again.
 */
async function insert(
  context: JournalContext,
  ref: RunRef,
  info: RunInfo,
  sentAt: number[],
): Promise<number | undefined> {
  if (await sendInsert(context, ref, info, sentAt)) {
    if (sentAt.length > 1) await checkNotRemoved(context, ref);
    return sentAt.at(-1);
  }
  const found = await getRow(context, ref.id).catch((error: unknown) => {
    throw sentButUnknown(ref.id, error);
  });
  if (found === undefined) return undefined;
  if (found.incarnation === ref.incarnation) {
    if (found.status !== "active" || found.generation !== 1) throw fencedError(ref.id);
    // Two of the tries may have been applied, the run removed in between.
    await checkNotRemoved(context, ref);
    // Which of them was is not known: the first gives the shortest lease.
    return sentAt[0];
  }
  if (found.status === "deleting") {
    await remove(context, found);
    return undefined;
  }
  await removeOrphan(context, ref);
  throw new ExecutusError(
    "EXECUTUS_RUN_EXISTS",
    `A run with the id "${ref.id}" exists. Choose another id, or delete that run first.`,
    { runId: ref.id },
  );
}

async function sendInsert(
  context: JournalContext,
  ref: RunRef,
  info: RunInfo,
  sentAt: number[],
): Promise<boolean> {
  try {
    return await call(context, "insertRun", () => {
      sentAt.push(context.runtime.monotonic());
      return context.store.insertRun(firstRow(context, ref, info));
    });
  } catch (error) {
    const sure = isExecutusError(error) && !error.retryable && !error.uncertain;
    throw sure && sentAt.length === 1 ? error : sentButUnknown(ref.id, error);
  }
}

/** An insertion of unknown fate may have been applied, its run claimed, ended and removed, before it was repeated. */
async function checkNotRemoved(context: JournalContext, row: RunRef): Promise<void> {
  const last = await lastRecord(context, row.incarnation).catch((error: unknown) => {
    throw sentButUnknown(row.id, error);
  });
  if (last !== undefined) return;
  await remove(context, row);
  throw new ExecutusError(
    "EXECUTUS_STORE_UNAVAILABLE",
    `Run "${row.id}" was removed while it was begun. Begin it again.`,
    { runId: row.id, uncertain: true },
  );
}

/** A begin record without a row is garbage that nobody can reach; failing to remove it changes nothing. */
async function removeOrphan(context: JournalContext, row: RunRef): Promise<void> {
  try {
    await remove(context, row);
  } catch (error) {
    context.logger.warn(
      { runId: row.id, err: error },
      "A record that nobody can reach was left behind in the store.",
    );
  }
}

function sentButUnknown(runId: string, cause: unknown): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_STORE_UNAVAILABLE",
    `The store did not confirm that run "${runId}" has begun. It may have; call run with the same id again.`,
    { runId, cause, uncertain: true },
  );
}
