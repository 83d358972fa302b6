import type { Chunk, JournalRecord, RunPatch, RunRow } from "@executus/core";

// What goes in and what comes out is copied, so that no caller holds what the store holds.

export function copyRow(row: RunRow): RunRow {
  return { ...row };
}

/** A member of the patch that is `undefined` is absent. */
export function patchRow(row: RunRow, patch: RunPatch): RunRow {
  return {
    ...row,
    status: patch.status ?? row.status,
    code: patch.code ?? row.code,
    generation: patch.generation ?? row.generation,
    owner: patch.owner ?? row.owner,
    dueAt: patch.dueAt ?? row.dueAt,
    updatedAt: patch.updatedAt,
  };
}

export function copyRecord({ chunks, ...record }: JournalRecord): JournalRecord {
  const data = typeof record.data === "string" ? record.data : new Uint8Array(record.data);
  return chunks === undefined ? { ...record, data } : { ...record, data, chunks };
}

export function copyChunk({ nonce, index, data }: Chunk): Chunk {
  return { nonce, index, data: new Uint8Array(data) };
}
