import type { Chunk, JournalRecord, RunRow } from "@executus/core";
import type { Listings } from "./listing.ts";
import { sortedList, type SortedList } from "./sorted-list.ts";

/** Data that several stores of one process may share, as connections share a database. Opaque: made by {@link memoryData}. */
export interface MemoryData {
  readonly kind: "memory data";
}

/** What is in it. */
interface Contents {
  readonly rows: Map<string, RunRow>;
  readonly listings: Listings;
  readonly journals: Map<string, Journal>;
}

interface Journal {
  readonly records: SortedList<Pick<JournalRecord, "seq">, JournalRecord>;
  /** By nonce. */
  readonly chunks: Map<string, SortedList<Pick<Chunk, "index">, Chunk>>;
}

const contents = new WeakMap<MemoryData, Contents>();

/** Makes data for one or more stores. */
export function memoryData(): MemoryData {
  const data: MemoryData = Object.freeze({ kind: "memory data" });
  contents.set(data, { rows: new Map(), listings: new Map(), journals: new Map() });
  return data;
}

/** What is in data; `undefined` if it was not made by {@link memoryData}. */
export function contentsOf(data: MemoryData): Contents | undefined {
  return contents.get(data);
}

/** The journal of this name, made if it is missing. */
export function journalOf({ journals }: Contents, name: string): Journal {
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
