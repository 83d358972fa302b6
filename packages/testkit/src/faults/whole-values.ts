import type { JournalRecord } from "@executus/core";
import { type Fault, of, ofDatabase, ofHandle } from "./fault.ts";

/** Faults of values and chunks that only whole runs meet. */
export const wholeValueFaults: readonly Fault[] = [
  {
    id: "text-cut-at-escapes",
    breaks: "text is cut at the first escaped NUL",
    caughtBy: ["values.outputs", "values.messages", "values.input", "values.errors"],
    make: keptAs((record) => ({ ...record, data: cut(record.data, "\\u0000") })),
  },
  {
    id: "text-unescaped",
    breaks: "lone surrogates that are escaped are replaced",
    caughtBy: ["values.outputs", "values.messages", "values.input", "values.errors"],
    make: keptAs((record) => ({
      ...record,
      data:
        typeof record.data === "string"
          ? record.data.replaceAll(/\\ud8\w\w/g, "\ufffd")
          : record.data,
    })),
  },
  {
    id: "chunks-lose-last",
    breaks: "the last chunk of a record is lost",
    caughtBy: [
      ...of("chunks", "order repeated apart"),
      ...of("large", "messages many-chunks input"),
      ...of("crash-before", "chunks"),
      ...of("crash-after", "chunks"),
    ],
    make: ofHandle((store) => {
      const held: { put: (() => Promise<void>) | undefined } = { put: undefined };
      return {
        async putChunk(journal, chunk) {
          if (chunk.index > 0) await held.put?.();
          held.put = () => store.putChunk(journal, chunk);
        },
      };
    }),
  },
  {
    id: "chunks-emptied",
    breaks: "a chunk that is put again is emptied",
    caughtBy: ["chunks.repeated", "large.ambiguous", "ambiguous.chunks"],
    make: ofDatabase(
      () => ({ put: new Set<string>(), emptied: new Set<string>() }),
      (store, { put, emptied }) => ({
        putChunk(journal, chunk) {
          const name = `${journal} ${chunk.nonce} ${chunk.index}`;
          (put.has(name) ? emptied : put).add(name);
          return store.putChunk(journal, chunk);
        },
        async *readChunks(journal, nonce) {
          for await (const chunk of store.readChunks(journal, nonce)) {
            const isEmptied = emptied.has(`${journal} ${nonce} ${chunk.index}`);
            yield isEmptied ? { ...chunk, data: new Uint8Array(0) } : chunk;
          }
        },
      }),
    ),
  },
  {
    id: "chunks-make-records",
    breaks: "chunks are read as a record that nobody has appended yet",
    caughtBy: ["large.torn", "large.torn-before-record"],
    make: ofDatabase(
      () => new Map<string, JournalRecord>(),
      (store, drafts) => ({
        async putChunk(journal, chunk) {
          await store.putChunk(journal, chunk);
          const last = await store.lastRecord(journal);
          if (last === undefined) return;
          drafts.set(journal, {
            ...last,
            seq: last.seq + 1,
            nonce: chunk.nonce,
            chunks: chunk.index + 1,
          });
        },
        async *readJournal(journal, options) {
          let next = options.fromSeq;
          for await (const record of store.readJournal(journal, options)) {
            yield record;
            next = record.seq + 1;
          }
          const draft = drafts.get(journal);
          if (draft !== undefined && draft.seq === next) yield draft;
        },
      }),
    ),
  },
];

function cut(data: string | Uint8Array, mark: string): string | Uint8Array {
  return typeof data === "string" ? (data.split(mark)[0] ?? "") : data;
}

function keptAs(change: (record: JournalRecord) => JournalRecord): Fault["make"] {
  return ofHandle((store) => ({
    append: (journal, record) => store.append(journal, change(record)),
  }));
}
