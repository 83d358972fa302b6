import type { Chunk, JournalRecord, RunRow } from "@executus/core";
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";

// The driver makes objects without a prototype and knows no types: here both are mended. The tables are strict, and
// only we write to them, so what comes out has the types of what went in.
/* oxlint-disable typescript/no-unsafe-type-assertion */

type Columns = Record<string, SQLOutputValue>;

interface RecordColumns extends Omit<JournalRecord, "chunks"> {
  readonly chunks: number | null;
}

interface ChunkColumns extends Omit<Chunk, "index"> {
  readonly idx: number;
}

export function toRunRow(columns: Columns): RunRow {
  return { ...columns } as unknown as RunRow;
}

/** Member by member, which takes half the time of a spread: a resume reads thousands of records. */
export function toRecord(columns: Columns): JournalRecord {
  const { seq, type, generation, nonce, at, data, checksum, chunks } =
    columns as unknown as RecordColumns;
  const record = { seq, type, generation, nonce, at, data, checksum };
  return chunks === null ? record : { ...record, chunks };
}

export function toChunk(columns: Columns): Chunk {
  const { nonce, idx, data } = columns as unknown as ChunkColumns;
  return { nonce, index: idx, data };
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
