import type { Chunk, JournalRecord, RunRow } from "@executus/core";
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";

// The tables are strict, and only we write to them, so what comes out has the types of what went in. Rows come as arrays
// where the driver can, which takes half the time, and else as objects whose members are in the same order.
/* oxlint-disable typescript/no-unsafe-type-assertion */

type Columns = Record<string, SQLOutputValue>;

export function toRunRow(columns: Columns): RunRow {
  const [id, incarnation, queue, definition, version, status, code, ...rest] =
    Object.values(columns);
  const [generation, owner, dueAt, createdAt, updatedAt] = rest;
  const texts = { id, incarnation, queue, definition, version, status, code, owner };
  return { ...texts, generation, dueAt, createdAt, updatedAt } as RunRow;
}

export function toRecord(columns: Columns): JournalRecord {
  const values = Object.values(columns);
  const [seq, type, generation, nonce, at, data, checksum, chunks] = values;
  const record = { seq, type, generation, nonce, at, data, checksum } as JournalRecord;
  return chunks === null ? record : { ...record, chunks: Number(chunks) };
}

export function toChunk(columns: Columns): Chunk {
  const [nonce, index, data] = Object.values(columns);
  return { nonce, index, data } as Chunk;
}

export function fromRunRow(row: RunRow): SQLInputValue[] {
  return [
    row.id,
    row.incarnation,
    row.queue,
    row.definition,
    row.version,
    row.status,
    row.code,
    row.generation,
    row.owner,
    row.dueAt,
    row.createdAt,
    row.updatedAt,
  ];
}

export function fromRecord(journal: string, record: JournalRecord): SQLInputValue[] {
  return [
    journal,
    record.seq,
    record.type,
    record.generation,
    record.nonce,
    record.at,
    record.data,
    record.checksum,
    record.chunks ?? null,
  ];
}
