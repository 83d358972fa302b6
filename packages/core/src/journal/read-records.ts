import type { JournalRecord } from "../store.ts";
import { within } from "./calls.ts";
import type { JournalContext } from "./context.ts";
import { read } from "./context.ts";
import { corruptRecord, openRecord } from "./format.ts";
import type { OpenedRecord } from "./format.ts";

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
  const { store, runtime, callTimeoutMs } = context;
  let next = fromSeq;
  for (let isWhole = false; !isWhole;) {
    const { first, iterator } = await read(context, "readJournal", async () => {
      const records = store.readJournal(journal, { fromSeq: next })[Symbol.asyncIterator]();
      // The first step is part of the call, so that a store that fails at once is asked again.
      return { first: await records.next(), iterator: records };
    });
    let batch: readonly JournalRecord[] | undefined = first.done === true ? [] : [first.value];
    try {
      while (batch !== undefined && batch.length > 0) {
        yield await openAll(context, { id, journal, fromSeq: next }, batch);
        next += batch.length;
        batch = await within(runtime, callTimeoutMs, "readJournal", () => take(iterator)).catch(
          () => undefined,
        );
      }
      isWhole = batch !== undefined;
    } finally {
      // Not waited for: a store that hangs would hold up a reader that has what it wants.
      iterator.return?.()?.then(undefined, () => {});
    }
  }
}

/** Takes the next records. None are left if there are none. */
async function take(records: AsyncIterator<JournalRecord>): Promise<readonly JournalRecord[]> {
  const taken: JournalRecord[] = [];
  for (let length = 0; length < batchLength;) {
    const step = await records.next();
    if (step.done === true) break;
    taken.push(step.value);
    // What a store gives may be anything, until it is opened. What is in chunks is large.
    const { data, chunks } = step.value;
    length += chunks === undefined ? (data?.length ?? 0) + 1 : batchLength;
  }
  return taken;
}

async function openAll(
  context: JournalContext,
  { id, journal, fromSeq }: Reading,
  records: readonly JournalRecord[],
): Promise<readonly OpenedRecord[]> {
  const opened: OpenedRecord[] = [];
  for (const record of records) {
    const seq = fromSeq + opened.length;
    if (record.seq !== seq) throw corruptRecord(id, seq, "is missing");
    const chunks =
      record.chunks === undefined ? undefined : await readChunks(context, id, journal, record);
    opened.push(openRecord({ id, incarnation: journal }, record, chunks, context.codec));
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
