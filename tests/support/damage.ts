/** Journals that somebody has damaged, on any store. */
import { crc32 } from "node:zlib";
import type { JournalRecord, RunRow, RunStore } from "@executus/core";

/** A record, and the journal that it is of, which its checksum includes. */
export type KeptRecord = JournalRecord & { readonly journal: string };
export type Records = readonly KeptRecord[];
export type Damage = (records: Records) => readonly unknown[];

/** A store that reads one journal as it is damaged; all else is as it was. */
export function damaged(store: RunStore, journal: string, damage: Damage): RunStore {
  const read = async (): Promise<Records> => {
    const records = await Array.fromAsync(store.readJournal(journal, { fromSeq: 1 }));
    return damage(records.map((record) => ({ ...record, journal }))) as Records;
  };
  return {
    ...same(store),
    async *readJournal(name, options) {
      if (name !== journal) yield* store.readJournal(name, options);
      else yield* (await read()).filter(({ seq }) => !(seq < options.fromSeq));
    },
    async lastRecord(name) {
      return name === journal ? (await read()).at(-1) : store.lastRecord(name);
    },
  };
}

/** A store that reads one row with other members, and lists it so under its own id; all else is as it was. */
export function damagedRow(store: RunStore, id: string, members: object): RunStore {
  const read = (row: RunRow): RunRow => (row.id === id ? { ...row, ...members } : row);
  const list = (row: RunRow): RunRow => ({ ...read(row), id: row.id });
  return {
    ...same(store),
    async getRun(asked) {
      const row = await store.getRun(asked);
      return row && read(row);
    },
    async listRuns(query) {
      const page = await store.listRuns(query);
      return { ...page, runs: page.runs.map(list) };
    },
  };
}

function same(store: RunStore): RunStore {
  return {
    contract: store.contract,
    name: store.name,
    capabilities: store.capabilities,
    limits: store.limits,
    open: () => store.open(),
    insertRun: (row) => store.insertRun(row),
    updateRun: (ref, patch, guard) => store.updateRun(ref, patch, guard),
    getRun: (id) => store.getRun(id),
    listRuns: (query) => store.listRuns(query),
    deleteRun: (ref) => store.deleteRun(ref),
    append: (name, record) => store.append(name, record),
    readJournal: (name, options) => store.readJournal(name, options),
    lastRecord: (name) => store.lastRecord(name),
    putChunk: (name, chunk) => store.putChunk(name, chunk),
    readChunks: (name, nonce) => store.readChunks(name, nonce),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Changes the record in one slot. */
export function at(seq: number, change: (record: KeptRecord) => unknown): Damage {
  return (records) => records.map((each) => (each.seq === seq ? change(each) : each));
}

/** Puts something into one slot, before what is there, which moves on with all that follows. */
export function between(seq: number, make: (records: Records) => KeptRecord): Damage {
  return (records) => [
    ...records.slice(0, seq - 1),
    { ...make(records), seq },
    ...records.slice(seq - 1).map((each) => ({ ...each, seq: each.seq + 1 })),
  ];
}

/** A record with other data, and the checksum of that. */
export function holding(record: KeptRecord, data: string | Uint8Array): KeptRecord {
  return { ...record, data, checksum: crc32(data, crc32(record.journal)) };
}

/** A record with other fields in its control line. */
export function controlled(record: KeptRecord, fields: object): KeptRecord {
  const [line = "", ...rest] = String(record.data).split("\n");
  const control = { ...(JSON.parse(line) as object), ...fields };
  return holding(record, [JSON.stringify(control), ...rest].join("\n"));
}

/** A record with another payload. */
export function carrying(record: KeptRecord, payload: string): KeptRecord {
  const [line = ""] = String(record.data).split("\n");
  return holding(record, `${line}\n${payload}`);
}
