import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  type Chunk,
  isExecutusError,
  type JournalRecord,
  type RunRow,
  type RunStore,
} from "@executus/core";

/** The largest number that a store is handed. */
export const maxNumber: number = Number.MAX_SAFE_INTEGER;

export function freshId(): string {
  return randomUUID();
}

/** A row of a fresh run, for tests of a store. Apart from the ids, always the same. */
export function runRow(changes: Partial<RunRow> = {}): RunRow {
  return {
    id: `run-${freshId()}`,
    incarnation: freshId(),
    queue: "conformance",
    definition: "digest",
    version: "1",
    status: "active",
    code: "",
    generation: 1,
    owner: "owner-1",
    dueAt: 1_000_030_000,
    createdAt: 1_000_000_000,
    updatedAt: 1_000_000_000,
    ...changes,
  };
}

/** A small record for one slot, for tests of a store. Always the same. */
export function journalRecord(seq: number, changes: Partial<JournalRecord> = {}): JournalRecord {
  return {
    seq,
    type: seq === 1 ? "begin" : "save",
    generation: 1,
    nonce: `nonce-${seq}`,
    at: 1_000_000_000 + seq,
    data: `{"v":1,"codec":"json"}\n{"messages":["${seq}"]}`,
    checksum: seq,
    ...changes,
  };
}

/** A small chunk, for tests of a store. Always the same. */
export function journalChunk(index: number, changes: Partial<Chunk> = {}): Chunk {
  return { nonce: "nonce-1", index, data: bytesOf(64, index), ...changes };
}

/** Bytes without a simple period, of which each seed makes others. */
export function bytesOf(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = i * 31 + (i >> 8) * 7 + seed;
  return bytes;
}

/** Appends records 1 … `count`, several at a time. */
export async function fillJournal(
  store: RunStore,
  journal: string,
  count: number,
): Promise<JournalRecord[]> {
  const records = Array.from({ length: count }, (_, i) => journalRecord(i + 1));
  await eachOf(records, (record) => store.append(journal, record));
  return records;
}

/** Puts chunks, several at a time. */
export async function fillChunks(
  store: RunStore,
  journal: string,
  chunks: readonly Chunk[],
): Promise<void> {
  await eachOf(chunks, (chunk) => store.putChunk(journal, chunk));
}

/** Sets the stage, so it repeats what a busy database refuses, as the core does. */
export async function eachOf<T>(
  items: readonly T[],
  write: (item: T) => Promise<unknown>,
): Promise<void> {
  const patiently = async (item: T): Promise<void> => {
    for (let left = 20; ; left -= 1) {
      try {
        await write(item);
        return;
      } catch (error) {
        if (left === 0 || !isExecutusError(error) || !error.retryable) throw error;
      }
      await pause(50);
    }
  };
  for (let i = 0; i < items.length; i += 32) {
    await Promise.all(items.slice(i, i + 32).map(patiently));
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

export function readAll(store: RunStore, journal: string, fromSeq = 1): Promise<JournalRecord[]> {
  return collect(store.readJournal(journal, { fromSeq }));
}
