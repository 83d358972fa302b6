import type { JournalRecord } from "../store.ts";
import { within } from "./calls.ts";
import type { JournalContext } from "./context.ts";
import { read } from "./context.ts";
import { corruptRecord, recordOpener } from "./format.ts";
import type { OpenedRecord, OpenRecord } from "./format.ts";

interface Reading {
  readonly id: string;
  readonly journal: string;
  readonly fromSeq: number;
}

/** What is read at once: enough that a record costs little more than itself, and no more than fits beside what is kept of it. */
const batchLength = 64 * 1024;

/**
 * Reads records from slot `fromSeq` on, with their chunks, and checks them: the first alone, then as many at once as are small
 * together. A read that breaks off goes on where it was.
 *
 * @throws `EXECUTUS_CORRUPT_RECORD` for a hole, a wrong checksum or a missing chunk; `EXECUTUS_UNSUPPORTED_FORMAT`
 */
export async function* readRecords(
  context: JournalContext,
  { id, journal, fromSeq }: Reading,
): AsyncGenerator<readonly OpenedRecord[], void> {
  const { store } = context;
  const open = recordOpener({ id, incarnation: journal }, context.codec);
  let next = fromSeq;
  for (let isWhole = false; !isWhole;) {
    const { first, iterator } = await read(context, "readJournal", async () => {
      const records = store.readJournal(journal, { fromSeq: next })[Symbol.asyncIterator]();
      // The first step is part of the call, so that a store that fails at once is asked again.
      return { first: await records.next(), iterator: records };
    });
    let batch: Batch = { records: first.done === true ? [] : [first.value], isBrokenOff: false };
    try {
      while (batch.records.length > 0) {
        yield await openAll(context, { id, journal, fromSeq: next }, batch.records, open);
        next += batch.records.length;
        if (batch.isBrokenOff) break;
        batch = await take(context, iterator);
      }
      isWhole = !batch.isBrokenOff;
    } finally {
      // Not waited for: a store that hangs would hold up a reader that has what it wants.
      iterator.return?.()?.then(undefined, () => {});
    }
  }
}

interface Batch {
  readonly records: readonly JournalRecord[];
  /** Whether there may be more, of which this reading will not tell. */
  readonly isBrokenOff: boolean;
}

/** Takes the next records, as far as they come. None are left if there are none. */
async function take(
  { runtime, callTimeoutMs }: JournalContext,
  records: AsyncIterator<JournalRecord>,
): Promise<Batch> {
  const taken: JournalRecord[] = [];
  try {
    await within(runtime, callTimeoutMs, "readJournal", () => fill(taken, records));
    return { records: taken, isBrokenOff: false };
  } catch {
    // What hangs may still come, when nobody waits for it any more.
    return { records: [...taken], isBrokenOff: true };
  }
}

async function fill(taken: JournalRecord[], records: AsyncIterator<JournalRecord>): Promise<void> {
  for (let length = 0; length < batchLength;) {
    const step = await records.next();
    if (step.done === true) return;
    taken.push(step.value);
    // What a store gives may be anything, until it is opened. What is in chunks is large.
    const { data, chunks } = step.value;
    length += chunks === undefined ? (data?.length ?? 0) + 1 : batchLength;
  }
}

async function openAll(
  context: JournalContext,
  { id, journal, fromSeq }: Reading,
  records: readonly JournalRecord[],
  open: OpenRecord,
): Promise<readonly OpenedRecord[]> {
  const opened: OpenedRecord[] = [];
  for (const record of records) {
    const seq = fromSeq + opened.length;
    if (record.seq !== seq) throw corruptRecord(id, seq, "is missing");
    const chunks =
      record.chunks === undefined ? undefined : await readChunks(context, id, journal, record);
    opened.push(open(record, chunks));
  }
  return opened;
}

async function readChunks(
  context: JournalContext,
  id: string,
  journal: string,
  { nonce, seq, chunks = 0 }: JournalRecord,
): Promise<Uint8Array> {
  const found = await read(context, "readChunks", async () => {
    const parts: Uint8Array[] = [];
    for await (const chunk of context.store.readChunks(journal, nonce)) {
      if (chunk.index === parts.length && parts.length < chunks) parts.push(chunk.data);
    }
    return parts;
  });
  if (found.length !== chunks) throw corruptRecord(id, seq, "has lost a part");
  return Buffer.concat(found);
}
