import type { JournalRecord } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { read } from "./context.ts";
import { corruptRecord, openRecord } from "./format.ts";
import type { OpenedRecord } from "./format.ts";
import { Steps } from "./steps.ts";

/**
 * Reads records from slot `fromSeq` on, with their chunks, and checks them. A read that breaks off goes on where it was.
 *
 * @throws `EXECUTUS_CORRUPT_RECORD` for a hole, a wrong checksum or a missing chunk; `EXECUTUS_UNSUPPORTED_FORMAT`
 */
export async function* readRecords(
  context: JournalContext,
  {
    id,
    journal,
    fromSeq,
  }: { readonly id: string; readonly journal: string; readonly fromSeq: number },
): AsyncGenerator<OpenedRecord, void> {
  const { store, runtime, callTimeoutMs } = context;
  let next = fromSeq;
  let failed: { error: unknown } | undefined;
  for (;;) {
    const records = await read(context, "readJournal", async () => {
      const iterator = store.readJournal(journal, { fromSeq: next })[Symbol.asyncIterator]();
      // The first step is part of the call, so that a store that fails at once is asked again.
      const first = await iterator.next();
      return { first, iterator };
    });
    failed = undefined;
    const steps = new Steps(runtime, callTimeoutMs);
    try {
      let step = records.first;
      while (step.done !== true) {
        const record: JournalRecord = step.value;
        if (record.seq !== next) throw corruptRecord(id, next, "is missing");
        const chunks =
          record.chunks === undefined ? undefined : await readChunks(context, id, journal, record);
        yield openRecord({ id, incarnation: journal }, record, chunks, context.codec);
        next += 1;
        try {
          step = await steps.next(() => records.iterator.next());
        } catch (error) {
          failed = { error };
          break;
        }
      }
    } finally {
      steps.stop();
      // Not waited for: a store that hangs would hold up a reader that has what it wants.
      records.iterator.return?.()?.then(undefined, () => {});
    }
    if (failed === undefined) return;
  }
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
