import type { Chunk, JournalRecord, RunRow } from "@executus/core";
import type { Listings } from "./listing.ts";
import { sortedList, type SortedList } from "./sorted-list.ts";

/** What stores keep in memory. Opaque, but for `memoryStore`. */
export interface MemoryData {
  readonly rows: Map<string, RunRow>;
  readonly listings: Listings;
  readonly journals: Map<string, Journal>;
}

export interface Journal {
  readonly records: SortedList<Pick<JournalRecord, "seq">, JournalRecord>;
  /** By nonce. */
  readonly chunks: Map<string, SortedList<Pick<Chunk, "index">, Chunk>>;
}

/** Data that several stores of one process may share, as connections share a database. */
export function memoryData(): MemoryData {
  return { rows: new Map(), listings: new Map(), journals: new Map() };
}

/** The journal of this name, made if it is missing. */
export function journalOf({ journals }: MemoryData, name: string): Journal {
  let journal = journals.get(name);
  if (journal === undefined) {
    journal = { records: sortedList((a, b) => a.seq - b.seq), chunks: new Map() };
    journals.set(name, journal);
  }
  return journal;
}

/** The chunks under this nonce, made if they are missing. */
export function chunksOf(
  { chunks }: Journal,
  nonce: string,
): SortedList<Pick<Chunk, "index">, Chunk> {
  let parts = chunks.get(nonce);
  if (parts === undefined) {
    parts = sortedList((a, b) => a.index - b.index);
    chunks.set(nonce, parts);
  }
  return parts;
}
