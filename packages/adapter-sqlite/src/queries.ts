import type { RunPatch } from "@executus/core";

// Every statement, in one place, so that a test can ask SQLite for the plan of each.

const row = `id, incarnation, queue, definition, version, status, code, generation, owner,
  due_at as dueAt, created_at as createdAt, updated_at as updatedAt`;

const record = "seq, type, generation, nonce, at, data, checksum, chunks";

export const insertRun: string = `insert into runs (id, incarnation, queue, definition, version, status,
  code, generation, owner, due_at, created_at, updated_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`;

export const getRun: string = `select ${row} from runs where id = ?`;

/** Rows due by a time, after the position (due_at, id). */
export const listDue: string = `select ${row} from runs
  where status = ? and queue = ? and due_at <= ? and (due_at, id) > (?, ?)
  order by due_at, id limit ?`;

/** Rows of a status, after the position (created_at, id). */
export const listCreated: string = `select ${row} from runs
  where status = ? and (created_at, id) > (?, ?)
  order by created_at, id limit ?`;

export const deleteRun: string = "delete from runs where id = ? and incarnation = ?";

// From slot 1 up: what is left of a journal must never look like a whole, shorter one.
export const deleteRecords: string = `delete from records where rowid in
  (select rowid from records where journal = ? order by seq limit ?)`;

export const deleteChunks: string = `delete from chunks where rowid in
  (select rowid from chunks where journal = ? limit ?)`;

// Node.js 22 binds bytes of length 0 as null, which "data" never is.
export const append: string = `insert into records (journal, ${record})
  values (?, ?, ?, ?, ?, ?, coalesce(?, zeroblob(0)), ?, ?) on conflict (journal, seq) do nothing`;

export const readJournal: string = `select ${record} from records
  where journal = ? and seq >= ? order by seq limit ?`;

export const lastRecord: string = `select ${record} from records
  where journal = ? order by seq desc limit 1`;

export const putChunk: string = `insert into chunks (journal, nonce, idx, data)
  values (?, ?, ?, coalesce(?, zeroblob(0))) on conflict (journal, nonce, idx) do nothing`;

export const nextChunk: string = `select nonce, idx, data from chunks
  where journal = ? and nonce = ? and idx > ? order by idx limit 1`;

/** Sets only what the patch has: a column that is set is rewritten in every index that holds it. */
export function updateRun(patch: RunPatch): [text: string, values: (string | number)[]] {
  const columns: [name: string, value: string | number | undefined][] = [
    ["status", patch.status],
    ["code", patch.code],
    ["generation", patch.generation],
    ["owner", patch.owner],
    ["due_at", patch.dueAt],
    ["updated_at", patch.updatedAt],
  ];
  const sets: string[] = [];
  const values: (string | number)[] = [];
  for (const [name, value] of columns) {
    if (value === undefined) continue;
    sets.push(`${name} = ?`);
    values.push(value);
  }
  const text = `update runs set ${sets.join(", ")}
    where id = ? and incarnation = ? and status = ? and generation <= ?`;
  return [text, values];
}
