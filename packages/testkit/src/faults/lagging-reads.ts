import type { Chunk, JournalRecord, RunRow } from "@executus/core";
import { collect, readAll } from "../fixtures.ts";
import { type Fault, of, ofDatabase, ofHandle } from "./fault.ts";

/** Faults of reads from a copy of the data that is one write behind. Of a cache in a handle: rows.ts, journals.ts. */
export const laggingReadFaults: readonly Fault[] = [
  {
    id: "get-lags",
    breaks: "getRun gives a row as it was before its last update, the first time that it is asked",
    caughtBy: ["get-run.consistent", ...of("update-run", "patch empty-values")],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, before) => ({
        async updateRun(ref, patch, guard) {
          const row = await store.getRun(ref.id);
          const held = await store.updateRun(ref, patch, guard);
          if (held && row !== undefined) before.set(ref.id, row);
          return held;
        },
        async getRun(id) {
          const row = before.get(id) ?? (await store.getRun(id));
          before.delete(id);
          return row;
        },
      }),
    ),
  },
  {
    id: "get-lags-inserts",
    breaks: "getRun of a run that was just put gives nothing, the first time that it is asked",
    caughtBy: ["get-run.consistent", ...of("run-fields", "statuses numbers empty texts long")],
    make: ofDatabase(
      () => new Set<string>(),
      (store, fresh) => ({
        async insertRun(row) {
          const first = await store.insertRun(row);
          if (first) fresh.add(row.id);
          return first;
        },
        getRun: async (id) => (fresh.delete(id) ? undefined : store.getRun(id)),
      }),
    ),
  },
  {
    id: "last-record-lags",
    breaks: "lastRecord does not show the newest record, the first time that it is asked",
    caughtBy: of("last-record", "highest consistent"),
    make: ofDatabase(
      () => new Map<string, JournalRecord>(),
      (store, before) => ({
        async append(journal, record) {
          const last = await store.lastRecord(journal);
          const put = await store.append(journal, record);
          if (put && last !== undefined) before.set(journal, last);
          return put;
        },
        async lastRecord(journal) {
          const record = before.get(journal) ?? (await store.lastRecord(journal));
          before.delete(journal);
          return record;
        },
      }),
    ),
  },
  {
    id: "last-record-caches",
    breaks: "a handle gives the last record that it read before, whatever others appended since",
    caughtBy: ["last-record.consistent"],
    make: ofHandle((store) => {
      const cache = new Map<string, Promise<JournalRecord | undefined>>();
      return {
        lastRecord(journal) {
          const record = cache.get(journal) ?? store.lastRecord(journal);
          cache.set(journal, record);
          return record;
        },
      };
    }),
  },
  {
    id: "journal-lags",
    breaks: "a reading does not show the newest record of a journal, the first time",
    caughtBy: ["read-journal.consistent"],
    make: ofDatabase(
      () => new Map<string, number>(),
      (store, newest) => ({
        async append(journal, record) {
          const put = await store.append(journal, record);
          if (put) newest.set(journal, record.seq);
          return put;
        },
        async *readJournal(journal, { fromSeq }) {
          const unseen = newest.get(journal);
          newest.delete(journal);
          for (const record of await readAll(store, journal, fromSeq))
            if (record.seq !== unseen) yield record;
        },
      }),
    ),
  },
  {
    id: "chunks-lag",
    breaks: "a reading of chunks does not show the one that was put last, the first time",
    caughtBy: of("chunks", "order consistent"),
    make: ofDatabase(
      () => new Map<string, Chunk>(),
      (store, newest) => ({
        async putChunk(journal, chunk) {
          await store.putChunk(journal, chunk);
          newest.set(`${journal} ${chunk.nonce}`, chunk);
        },
        async *readChunks(journal, nonce) {
          const unseen = newest.get(`${journal} ${nonce}`);
          newest.delete(`${journal} ${nonce}`);
          for (const chunk of await collect(store.readChunks(journal, nonce)))
            if (chunk.index !== unseen?.index) yield chunk;
        },
      }),
    ),
  },
];
