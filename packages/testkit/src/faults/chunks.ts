import type { Chunk, RunStore } from "@executus/core";
import { collect, journalRecord } from "../fixtures.ts";
import { type Fault, ofDatabase, ofHandle } from "./fault.ts";

/** Faults of chunks. */
export const chunkFaults: readonly Fault[] = [
  {
    id: "chunks-of-any-nonce",
    breaks: "chunks are read whatever their nonce",
    caughtBy: [
      "chunks.unknown",
      "chunks.apart",
      "large.outputs",
      "large.messages",
      "large.many-chunks",
    ],
    make: ofDatabase(
      () => new Set<string>(),
      (store, nonces) => ({
        putChunk(journal, chunk) {
          nonces.add(chunk.nonce);
          return store.putChunk(journal, chunk);
        },
        async *readChunks(journal) {
          for (const nonce of nonces) yield* store.readChunks(journal, nonce);
        },
      }),
    ),
  },
  {
    id: "chunks-order-text",
    breaks: "chunks are ordered as texts: 10 before 9",
    caughtBy: ["chunks.order"],
    make: ofHandle((store) => ({
      readChunks: readAs(store, (chunks) =>
        chunks.toSorted((a, b) => (`${a.index}` < `${b.index}` ? -1 : 1)),
      ),
    })),
  },
  {
    id: "chunks-order-two-digits",
    breaks: "chunks are ordered as texts of two digits: 100 before 99",
    caughtBy: ["chunks.order"],
    make: ofHandle((store) => ({
      readChunks: readAs(store, (chunks) =>
        chunks.toSorted((a, b) => (twoDigits(a) < twoDigits(b) ? -1 : 1)),
      ),
    })),
  },
  {
    id: "chunks-one-page",
    breaks: "chunks are read up to the first page of the database, of 1 MiB",
    caughtBy: ["chunks.order"],
    make: ofHandle((store) => ({
      readChunks: readAs(store, (chunks) => {
        let bytes = 0;
        return chunks.filter(({ data }) => (bytes += data.length) <= 2 ** 20);
      }),
    })),
  },
  {
    id: "chunks-doubled",
    breaks: "a chunk that is put again is there twice",
    caughtBy: ["chunks.repeated"],
    make: ofDatabase(
      () => new Map<string, number>(),
      (store, counts) => ({
        putChunk(journal, chunk) {
          const key = `${journal} ${chunk.index}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
          return store.putChunk(journal, chunk);
        },
        async *readChunks(journal, nonce) {
          for await (const chunk of store.readChunks(journal, nonce)) {
            for (let i = counts.get(`${journal} ${chunk.index}`) ?? 0; i > 0; i -= 1) yield chunk;
          }
        },
      }),
    ),
  },
  {
    id: "chunks-nonce-folded",
    breaks: "nonces that differ in case alone are one nonce",
    caughtBy: ["chunks.apart"],
    make: ofHandle((store) => ({
      putChunk: (journal, chunk) =>
        store.putChunk(journal, { ...chunk, nonce: chunk.nonce.toLowerCase() }),
      readChunks: (journal, nonce) => store.readChunks(journal, nonce.toLowerCase()),
    })),
  },
  {
    id: "chunks-among-records",
    breaks: "the last item of a journal is taken for a record, also if it is a chunk",
    caughtBy: ["chunks.no-records"],
    make: ofDatabase(
      () => new Map<string, Chunk>(),
      (store, last) => ({
        putChunk(journal, chunk) {
          last.set(journal, chunk);
          return store.putChunk(journal, chunk);
        },
        async lastRecord(journal) {
          const chunk = last.get(journal);
          return chunk === undefined ? store.lastRecord(journal) : journalRecord(1, chunk);
        },
      }),
    ),
  },
  {
    id: "chunks-cached",
    breaks: "a handle gives the chunks that it read before, whatever others put since",
    caughtBy: ["chunks.consistent"],
    make: ofHandle((store) => {
      const cache = new Map<string, Promise<Chunk[]>>();
      return {
        async *readChunks(journal, nonce) {
          const key = `${journal} ${nonce}`;
          const chunks = cache.get(key) ?? collect(store.readChunks(journal, nonce));
          cache.set(key, chunks);
          yield* await chunks;
        },
      };
    }),
  },
  {
    id: "chunks-keep-connections",
    breaks: "a reading of chunks that is abandoned keeps its connection, of which there are ten",
    caughtBy: ["chunks.abandoned"],
    make: ofHandle((store) => {
      let taken = 0;
      return {
        async *readChunks(journal, nonce) {
          if (taken === 10) throw new Error("no connection is free");
          taken += 1;
          yield* store.readChunks(journal, nonce);
          taken -= 1;
        },
      };
    }),
  },
  {
    id: "chunk-bytes-as-utf-8",
    breaks: "the bytes of a chunk are kept as UTF-8",
    caughtBy: ["chunk-data.bytes"],
    make: keptAs((data) => Buffer.from(Buffer.from(data).toString())),
  },
  {
    id: "chunk-bytes-beneath",
    breaks: "a chunk is kept with the whole buffer beneath it",
    caughtBy: ["chunk-data.bytes"],
    make: keptAs((data) => new Uint8Array(data.buffer.slice(0))),
  },
  {
    id: "chunks-by-reference",
    breaks: "the store keeps the very bytes of a chunk that it was handed",
    caughtBy: ["chunk-data.copies"],
    make: ofDatabase(
      () => new Map<string, Chunk>(),
      (store, handed) => ({
        async putChunk(journal, chunk) {
          handed.set(journal, chunk);
        },
        async *readChunks(journal, nonce) {
          const chunk = handed.get(journal);
          if (chunk === undefined) yield* store.readChunks(journal, nonce);
          else yield chunk;
        },
      }),
    ),
  },
  {
    id: "chunks-cut",
    breaks: "the last byte of a chunk of maxRecordBytes is lost",
    caughtBy: ["chunk-data.largest"],
    make: ofHandle((store) => ({
      putChunk: (journal, chunk) =>
        store.putChunk(journal, {
          ...chunk,
          data: chunk.data.subarray(0, store.limits.maxRecordBytes - 1),
        }),
    })),
  },
];

function twoDigits({ index }: Chunk): string {
  return `${index}`.padStart(2, "0");
}

function readAs(
  store: RunStore,
  change: (chunks: readonly Chunk[]) => readonly Chunk[],
): RunStore["readChunks"] {
  return async function* readChunks(journal, nonce) {
    yield* change(await collect(store.readChunks(journal, nonce)));
  };
}

function keptAs(change: (data: Uint8Array) => Uint8Array): Fault["make"] {
  return ofHandle((store) => ({
    putChunk: (journal, chunk) => store.putChunk(journal, { ...chunk, data: change(chunk.data) }),
  }));
}
