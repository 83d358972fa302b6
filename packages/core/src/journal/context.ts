import { ExecutusError } from "../errors.ts";
import type { Codec } from "../codec.ts";
import type { Logger } from "../logger.ts";
import type { Runtime } from "../runtime.ts";
import type { JournalRecord, RunStore } from "../store.ts";
import { untilKnown } from "./calls.ts";
import { draftRecord } from "./format.ts";
import type { Draft } from "./format.ts";

/** What every step of the protocol works with. */
export interface JournalContext {
  readonly store: RunStore;
  readonly codec: Codec;
  readonly runtime: Runtime;
  readonly logger: Logger;
  /** Names this process and this journal, in rows and records. */
  readonly owner: string;
  readonly queue: string;
  readonly leaseMs: number;
  readonly callTimeoutMs: number;
  readonly beginTimeoutMs: number;
  readonly saveTimeoutMs: number;
  readonly finaliseTimeoutMs: number;
  readonly maxRecordedBytes: number;
}

/** One store call that writes, repeated until its fate is known. `limitMs` defaults to the time that a begin may take. */
export function call<T>(
  context: JournalContext,
  what: string,
  attempt: () => Promise<T>,
  limitMs: number = context.beginTimeoutMs,
): Promise<T> {
  const { runtime, callTimeoutMs } = context;
  return untilKnown(runtime, attempt, { callTimeoutMs, limitMs, what });
}

/** One store call that reads. */
export function read<T>(
  context: JournalContext,
  what: string,
  attempt: () => Promise<T>,
  limitMs: number = context.beginTimeoutMs,
): Promise<T> {
  const { runtime, callTimeoutMs } = context;
  const options = { callTimeoutMs, limitMs, what, writes: false };
  return untilKnown(runtime, attempt, options);
}

/** A record without a payload: who asks or claims what. */
export function controlRecord(
  { runtime, store }: JournalContext,
  journal: string,
  type: string,
  generation: number,
  fields: Readonly<Record<string, unknown>>,
): Draft {
  const header = { journal, type, generation, nonce: runtime.id(), at: runtime.now() };
  return draftRecord(header, fields, undefined, store.limits.maxRecordBytes);
}

/** Puts the chunks of a record, before the record that counts them. */
export async function putChunks(
  context: JournalContext,
  journal: string,
  { record, chunks }: Draft,
  limitMs?: number,
): Promise<void> {
  for (const [index, data] of chunks.entries()) {
    const chunk = { nonce: record.nonce, index, data };
    await call(context, "putChunk", () => context.store.putChunk(journal, chunk), limitMs);
  }
}

/**
 * Puts a record into a slot.
 *
 * @returns `true` if it is there, also if an earlier try of unknown fate put it; else what is in the slot, or `false` for an
 * empty one: the journal is being removed.
 */
export async function fillSlot(
  context: JournalContext,
  journal: string,
  record: JournalRecord,
  limitMs: number = context.beginTimeoutMs,
): Promise<true | false | JournalRecord> {
  const won = await call(
    context,
    `append of ${record.type}`,
    () => context.store.append(journal, record),
    limitMs,
  );
  if (won) return true;
  const occupant = await readSlot(context, journal, record.seq, limitMs).catch((error: unknown) => {
    // An earlier try may have put the record, and only its slot could tell.
    throw untold(record, error);
  });
  if (occupant === undefined) return false;
  return occupant.nonce === record.nonce ? true : occupant;
}

/** The error of a record whose fate is not known, whatever the store says of the read that was to tell it. */
export function untold({ type }: Pick<JournalRecord, "type">, cause: unknown): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_STORE_UNAVAILABLE",
    `The store did not tell what became of an append of ${type}. Check that it can be read, then try again.`,
    { cause, uncertain: true },
  );
}

/** Reads one slot. */
function readSlot(
  context: JournalContext,
  journal: string,
  seq: number,
  limitMs: number,
): Promise<JournalRecord | undefined> {
  return read(
    context,
    "readJournal",
    async () => {
      for await (const record of context.store.readJournal(journal, { fromSeq: seq })) {
        return record.seq === seq ? record : undefined;
      }
      return undefined;
    },
    limitMs,
  );
}

/** The record in the highest slot. */
export function lastRecord(
  context: JournalContext,
  journal: string,
  limitMs?: number,
): Promise<JournalRecord | undefined> {
  return read(context, "lastRecord", () => context.store.lastRecord(journal), limitMs);
}
