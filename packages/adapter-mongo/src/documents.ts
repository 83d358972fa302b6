import type { Chunk, JournalRecord, RunRow } from "@executus/core";
import { Binary } from "mongodb";

/** A row, by run id. */
export interface RunDocument extends Omit<RunRow, "id"> {
  readonly _id: string;
}

/** A record. `_id` is its journal and its slot. */
export interface RecordDocument extends Omit<JournalRecord, "seq" | "data"> {
  readonly _id: string;
  readonly data: string | Binary;
}

/** A chunk. `_id` is its journal, the nonce of its record, and its index. */
export interface ChunkDocument {
  readonly _id: string;
  readonly data: Binary;
}

/** Digits of the largest number that may stand in a key. */
const digits = String(Number.MAX_SAFE_INTEGER).length;

/** A key: names, then a number, in the order of the numbers. No two lists of names make one key, or keys that mix. */
export function keyOf(names: readonly string[], number: number): string {
  return `${prefixOf(names)}${String(number).padStart(digits, "0")}`;
}

/** All keys that begin with these names, and have at least this number. */
export function keysFrom(
  names: readonly string[],
  number = 0,
): { readonly $gte: string; readonly $lt: string } {
  // The character after the last digit.
  return { $gte: keyOf(names, number), $lt: `${prefixOf(names)}:` };
}

/** All keys that begin with this name, whatever other names follow. */
export function keysUnder(name: string): { readonly $gte: string; readonly $lt: string } {
  const prefix = prefixOf([name]);
  return { $gte: prefix, $lt: `${prefix.slice(0, -1)};` };
}

function prefixOf(names: readonly string[]): string {
  // Letters, digits and dashes, as random ids have, stay as they are.
  return names.map((name) => `${encodeURIComponent(name)}:`).join("");
}

function numberOf(key: string): number {
  return Number(key.slice(-digits));
}

export function toRunDocument({ id, ...members }: RunRow): RunDocument {
  return { _id: id, ...members };
}

export function fromRunDocument({ _id, ...members }: RunDocument): RunRow {
  return { id: _id, ...members };
}

export function toRecordDocument(journal: string, record: JournalRecord): RecordDocument {
  const { seq, data, ...members } = record;
  const stored = typeof data === "string" ? data : new Binary(data);
  return { _id: keyOf([journal], seq), ...members, data: stored };
}

export function fromRecordDocument({ _id, data, ...members }: RecordDocument): JournalRecord {
  const read = typeof data === "string" ? data : bytesOf(data);
  return { seq: numberOf(_id), ...members, data: read };
}

export function toChunkDocument(journal: string, { nonce, index, data }: Chunk): ChunkDocument {
  return { _id: keyOf([journal, nonce], index), data: new Binary(data) };
}

export function fromChunkDocument(nonce: string, { _id, data }: ChunkDocument): Chunk {
  return { nonce, index: numberOf(_id), data: bytesOf(data) };
}

/** A copy: what the driver gives is a view of the whole answer. */
function bytesOf(binary: Binary): Uint8Array {
  return Uint8Array.from(binary.value());
}
