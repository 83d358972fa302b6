import {
  type Chunk,
  ExecutusError,
  type JournalRecord,
  type RunPage,
  type RunQuery,
  type RunRow,
  type RunStore,
} from "@executus/core";

/** What several handles share. */
export interface ReferenceData {
  readonly runs: Map<string, RunRow>;
  readonly journals: Map<string, Map<number, JournalRecord>>;
  /** By journal, then by nonce. */
  readonly chunks: Map<string, Map<string, Map<number, Chunk>>>;
}

export function referenceData(): ReferenceData {
  return { runs: new Map(), journals: new Map(), chunks: new Map() };
}

/** A correct store, as plain as can be, to measure the suite and its faults by. */
export function referenceStore(
  { runs, journals, chunks }: ReferenceData,
  capabilities: RunStore["capabilities"] = { durable: true, multiProcess: false },
): RunStore {
  let closed = false;
  const check = (): void => {
    if (closed) {
      throw new ExecutusError("EXECUTUS_STORE_CLOSED", "The store is closed.");
    }
  };

  return {
    contract: 1,
    name: "reference",
    capabilities,
    limits: { maxRecordBytes: 2 ** 18 },

    async open() {
      check();
    },
    async insertRun(row) {
      check();
      if (runs.has(row.id)) return false;
      runs.set(row.id, { ...row });
      return true;
    },
    async updateRun({ id, incarnation }, patch, { status, maxGeneration }) {
      check();
      const row = runs.get(id);
      if (row?.incarnation !== incarnation) return false;
      if (row.status !== status || row.generation > maxGeneration) return false;
      runs.set(id, { ...row, ...patch });
      return true;
    },
    async getRun(id) {
      check();
      const row = runs.get(id);
      return row && { ...row };
    },
    async listRuns(query) {
      check();
      return page(runs, query);
    },
    async deleteRun({ id, incarnation }) {
      check();
      journals.delete(incarnation);
      chunks.delete(incarnation);
      if (runs.get(id)?.incarnation === incarnation) runs.delete(id);
    },
    async append(journal, record) {
      check();
      const slots = entry(journals, journal, () => new Map<number, JournalRecord>());
      if (slots.has(record.seq)) return false;
      slots.set(record.seq, copy(record));
      return true;
    },
    async *readJournal(journal, { fromSeq }) {
      check();
      const slots = [...(journals.get(journal)?.values() ?? [])];
      yield* slots
        .filter((record) => record.seq >= fromSeq)
        .toSorted((a, b) => a.seq - b.seq)
        .map(copy);
    },
    async lastRecord(journal) {
      check();
      const slots = journals.get(journal);
      const last = slots?.get(Math.max(...slots.keys()));
      return last && copy(last);
    },
    async putChunk(journal, chunk) {
      check();
      const ofJournal = entry(chunks, journal, () => new Map<string, Map<number, Chunk>>());
      entry(ofJournal, chunk.nonce, () => new Map<number, Chunk>()).set(chunk.index, copy(chunk));
    },
    async *readChunks(journal, nonce) {
      check();
      const found = [...(chunks.get(journal)?.get(nonce)?.values() ?? [])];
      yield* found.toSorted((a, b) => a.index - b.index).map(copy);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

function page(runs: ReadonlyMap<string, RunRow>, query: RunQuery): RunPage {
  const { status, due, limit, cursor } = query;
  const key = (row: RunRow): readonly [number, string] => [
    due === undefined ? row.createdAt : row.dueAt,
    row.id,
  ];
  const after = cursor === undefined ? undefined : (JSON.parse(cursor) as [number, string]);
  const rows = [...runs.values()]
    .filter((row) => row.status === status)
    .filter((row) => due === undefined || (row.queue === due.queue && row.dueAt <= due.before))
    .filter((row) => after === undefined || compare(key(row), after) > 0)
    .toSorted((a, b) => compare(key(a), key(b)))
    .slice(0, limit + 1);
  const last = rows[limit - 1];
  return {
    runs: rows.slice(0, limit).map((row) => ({ ...row })),
    ...(rows.length > limit && last !== undefined ? { cursor: JSON.stringify(key(last)) } : {}),
  };
}

function compare(a: readonly [number, string], b: readonly [number, string]): number {
  return a[0] - b[0] || Buffer.compare(Buffer.from(a[1]), Buffer.from(b[1]));
}

function copy<T extends { readonly data: string | Uint8Array }>(item: T): T {
  const { data } = item;
  return { ...item, data: typeof data === "string" ? data : Uint8Array.from(data) };
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
