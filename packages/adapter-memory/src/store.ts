import { ExecutusError, type RunStore, type StoreLimits } from "@executus/core";
import { copyChunk, copyRecord, copyRow, patchRow } from "./copies.ts";
import { chunksOf, contentsOf, journalOf, memoryData, type MemoryData } from "./data.ts";
import { delist, enlist, listIds } from "./listing.ts";

export interface MemoryStoreOptions {
  /** Where the store keeps what it is given. @default data of its own */
  readonly data?: MemoryData | undefined;
  /** @default 16 MiB for `maxRecordBytes` */
  readonly limits?: Partial<StoreLimits> | undefined;
}

/**
 * A `RunStore` in this process's memory: for tests, and for trying things.
 *
 * @throws {TypeError} if an option is not what it should be.
 */
export function memoryStore(options: MemoryStoreOptions = {}): RunStore {
  const { data, limits } = checkOptions(options);
  const maxRecordBytes = limits?.maxRecordBytes ?? 16 * 1024 * 1024;
  let closed = false;

  const use = (): typeof data => {
    if (!closed) return data;
    const message = 'The store "memory" was disposed of. Create another one.';
    throw new ExecutusError("EXECUTUS_STORE_CLOSED", message);
  };

  const checkSize = (bytes: string | Uint8Array): void => {
    const size = typeof bytes === "string" ? Buffer.byteLength(bytes) : bytes.byteLength;
    if (size <= maxRecordBytes) return;
    const message = `"${size}" bytes are more than "maxRecordBytes" (${maxRecordBytes}). Save less at once.`;
    throw new ExecutusError("EXECUTUS_TOO_LARGE", message);
  };

  return {
    contract: 1,
    name: "memory",
    capabilities: { durable: false, multiProcess: false },
    limits: { maxRecordBytes },

    async open() {
      use();
    },

    async insertRun(row) {
      const { rows, listings } = use();
      if (rows.has(row.id)) return false;
      rows.set(row.id, copyRow(row));
      enlist(listings, row);
      return true;
    },

    async updateRun({ id, incarnation }, patch, { status, maxGeneration }) {
      const { rows, listings } = use();
      const row = rows.get(id);
      if (row?.incarnation !== incarnation) return false;
      if (row.status !== status || row.generation > maxGeneration) return false;
      const patched = patchRow(row, patch);
      rows.set(id, patched);
      delist(listings, row);
      enlist(listings, patched);
      return true;
    },

    async getRun(id) {
      const row = use().rows.get(id);
      return row && copyRow(row);
    },

    async listRuns(query) {
      const { rows, listings } = use();
      const { ids, ...page } = listIds(listings, query);
      const runs = ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
      return { runs: runs.map(copyRow), ...page };
    },

    async deleteRun({ id, incarnation }) {
      const { rows, listings, journals } = use();
      journals.delete(incarnation);
      const row = rows.get(id);
      if (row?.incarnation !== incarnation) return;
      rows.delete(id);
      delist(listings, row);
    },

    async append(journal, record) {
      const { records } = journalOf(use(), journal);
      checkSize(record.data);
      return records.add(copyRecord(record));
    },

    async *readJournal(journal, { fromSeq }) {
      for (let seq = fromSeq - 1; ;) {
        const record = use().journals.get(journal)?.records.after({ seq });
        if (record === undefined) return;
        yield copyRecord(record);
        seq = record.seq;
      }
    },

    async lastRecord(journal) {
      const record = use().journals.get(journal)?.records.last();
      return record && copyRecord(record);
    },

    async putChunk(journal, chunk) {
      const chunks = chunksOf(journalOf(use(), journal), chunk.nonce);
      checkSize(chunk.data);
      chunks.add(copyChunk(chunk));
    },

    async *readChunks(journal, nonce) {
      for (let index = -1; ;) {
        const chunk = use().journals.get(journal)?.chunks.get(nonce)?.after({ index });
        if (chunk === undefined) return;
        yield copyChunk(chunk);
        index = chunk.index;
      }
    },

    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

function checkOptions(options: MemoryStoreOptions) {
  if (!isObject(options)) {
    throw unexpected("the options of memoryStore", "an object such as { data }", options);
  }
  const { data = memoryData(), limits } = options;
  if (limits !== undefined && !isObject(limits)) {
    throw unexpected("`limits`", "an object such as { maxRecordBytes }", limits);
  }
  const contents = contentsOf(data);
  if (contents === undefined) throw unexpected("`data`", "made by memoryData()", data);
  return { data: contents, limits };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unexpected(what: string, wanted: string, came: unknown): TypeError {
  const got = came === null ? "null" : Array.isArray(came) ? "an array" : typeof came;
  return new TypeError(`Expected ${what} to be ${wanted}, got ${got}.`);
}
