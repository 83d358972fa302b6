import type { JournalRecord, RunStore } from "@executus/core";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "./connection.ts";
import { listRuns } from "./listing.ts";
import { checkOptions } from "./options.ts";
import type { SqliteStoreOptions } from "./options.ts";
import * as sql from "./queries.ts";
import { fromRecord, fromRunRow, toChunk, toRecord, toRunRow } from "./rows.ts";
import { writeQueue } from "./write-queue.ts";

/** Writing 1 MiB takes some 3 ms, in which the event loop stands still and other processes wait for the lock. */
const maxRecordBytes = 1024 * 1024;
/** Rows that one transaction of a removal deletes: a few milliseconds, and some tens if all are of the largest size. */
const rowsPerDelete = 128;
/** Reading is by pages, so that no statement stays open while others work, and memory stays bounded. */
const firstPage = 32;
const recordsPerPage = 256;
const bytesPerPage = 4 * maxRecordBytes;

/** A `RunStore` in one SQLite file, on Node's built-in driver. */
export function sqliteStore(options: SqliteStoreOptions): RunStore {
  checkOptions(options);
  const { database, lockTimeoutMs = 5_000, limits } = options;
  const { onDisk, open, run, close } = createConnection({ database, lockTimeoutMs });

  const write = writeQueue(run);

  const deleteAll = async (text: string, journal: string): Promise<void> => {
    // By itself: it takes longer than what others wait for.
    const deleteSome = () => run((prepare) => prepare(text).run(journal, rowsPerDelete).changes);
    while (Number(await deleteSome()) === rowsPerDelete) {
      // Locks have no queue: without a pause, others would hardly find a moment to get one.
      await sleep(1);
    }
  };

  return {
    contract: 1,
    name: "sqlite",
    capabilities: { durable: onDisk, multiProcess: onDisk },
    limits: { maxRecordBytes: limits?.maxRecordBytes ?? maxRecordBytes },

    open,

    async insertRun(row) {
      return (await write(sql.insertRun, fromRunRow(row))) === 1;
    },

    async updateRun({ id, incarnation }, patch, { status, maxGeneration }) {
      const [text, values] = sql.updateRun(patch);
      return (await write(text, [...values, id, incarnation, status, maxGeneration])) === 1;
    },

    getRun: (id) =>
      run((prepare) => {
        const columns = prepare(sql.getRun).get(id);
        return columns && toRunRow(columns);
      }),

    listRuns: (query) => run((prepare) => listRuns(prepare, query)),

    async deleteRun({ id, incarnation }) {
      await deleteAll(sql.deleteRecords, incarnation);
      await deleteAll(sql.deleteChunks, incarnation);
      await write(sql.deleteRun, [id, incarnation]);
    },

    async append(journal, record) {
      return (await write(sql.append, fromRecord(journal, record))) === 1;
    },

    async *readJournal(journal, { fromSeq }) {
      let from = fromSeq;
      let limit = firstPage;
      for (;;) {
        const page = await run((prepare) => prepare(sql.readJournal).all(journal, from, limit));
        const records = page.map(toRecord);
        for (const record of records) yield record;
        const last = records.at(-1);
        if (last === undefined || records.length < limit) return;
        from = last.seq + 1;
        limit = pageLike(records);
        await nextTurn();
      }
    },

    lastRecord: (journal) =>
      run((prepare) => {
        const columns = prepare(sql.lastRecord).get(journal);
        return columns && toRecord(columns);
      }),

    async putChunk(journal, { nonce, index, data }) {
      await write(sql.putChunk, [journal, nonce, index, data]);
    },

    async *readChunks(journal, nonce) {
      for (let index = -1; ; await nextTurn()) {
        const columns = await run((prepare) => prepare(sql.nextChunk).get(journal, nonce, index));
        if (columns === undefined) return;
        const chunk = toChunk(columns);
        yield chunk;
        index = chunk.index;
      }
    },

    [Symbol.asyncDispose]: close,
  };
}

/** How many records like these fit into memory comfortably. */
function pageLike(records: readonly JournalRecord[]): number {
  let bytes = 0;
  for (const { data } of records) bytes += data.length;
  const fitting = Math.floor((bytesPerPage * records.length) / Math.max(bytes, 1));
  return Math.min(Math.max(fitting, 1), recordsPerPage);
}
