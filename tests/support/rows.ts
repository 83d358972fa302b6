import type { Chunk, JournalRecord, RunRow } from "@executus/core";

/** A row as a store is handed it. */
export function rowOf(id: string, changes: Partial<RunRow> = {}): RunRow {
  return {
    id,
    incarnation: `incarnation of ${id}`,
    queue: "default",
    definition: "steps",
    version: "1",
    status: "active",
    code: "",
    generation: 1,
    owner: "owner",
    dueAt: 30_000,
    createdAt: 1,
    updatedAt: 1,
    ...changes,
  };
}

export function recordOf(seq: number, nonce = `nonce-${seq}`, data = "data"): JournalRecord {
  return { seq, type: "save", generation: 1, nonce, at: 1, data, checksum: seq };
}

export function chunkOf(index: number, length = 64): Chunk {
  return { nonce: "nonce-2", index, data: new Uint8Array(length).fill(index) };
}
