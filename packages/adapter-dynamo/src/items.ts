import { crc32 } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { ExecutusError } from "@executus/core";
import type { Chunk, JournalRecord, RunRow, RunStatus } from "@executus/core";

export type Item = Record<string, AttributeValue>;

/** A row: the only item of its partition. */
export function rowKey(id: string): Item {
  return { pk: { S: `${rowPrefix}${id}` }, sk: { S: "row" } };
}

const rowPrefix = "run#";

/** The partition of a journal: its records and its chunks. */
export function journalKey(journal: string): AttributeValue {
  return { S: `journal#${journal}` };
}

export function recordKey(journal: string, seq: number): Item {
  return { pk: journalKey(journal), sk: { S: `record#${padded(seq)}` } };
}

/** Where the records from a slot on begin in the partition of their journal, and where they end. */
export function recordSorts(fromSeq: number): readonly [first: string, last: string] {
  return [`record#${padded(fromSeq)}`, "record#:"];
}

/** Where the chunks of a nonce begin in the partition of their journal, and where they end. */
export function chunkSorts(nonce: string): readonly [first: string, last: string] {
  // Letters, digits and dashes, as random ids have, stay as they are.
  const prefix = `chunk#${encodeURIComponent(nonce)}#`;
  return [prefix, `${prefix}:`];
}

/** All sort keys of a journal's partition. */
export const allSorts: readonly [first: string, last: string] = ["chunk#", "record#:"];

const digits = String(Number.MAX_SAFE_INTEGER).length;

function padded(seq: number): string {
  return String(seq).padStart(digits, "0");
}

/** Each order of listing is spread over so many partitions. It can't be changed while a table holds runs. */
export const shards = 8;

/** The partition of the index `due`, for one shard. */
export function duePartition(status: RunStatus, queue: string, shard: number): string {
  return `${status}#${queue}#${shard}`;
}

/** The partition of the index `created`, for one shard. */
export function createdPartition(status: RunStatus, shard: number): string {
  return `${status}#${shard}`;
}

/** The sort key of both indexes. It sorts as the times, and then the bytes of the ids, do. */
function sortKey(at: number, id: string): string {
  return `${sortable(at)}#${id}`;
}

/** The run whose sort key this is. */
export function idOfSortKey(key: string): string {
  return key.slice(sortableDigits + 1);
}

const sortableDigits = 16;

/** A number of any size and sign as text that sorts as the numbers do: its bits, the sign's turned round. */
export function sortable(value: number): string {
  const bits = new DataView(new ArrayBuffer(8));
  // Plus 0, which makes 0 of -0.
  bits.setFloat64(0, value + 0);
  const raw = bits.getBigUint64(0);
  const turned = raw >> 63n === 0n ? raw | (1n << 63n) : ~raw & 0xffff_ffff_ffff_ffffn;
  return turned.toString(16).padStart(sortableDigits, "0");
}

function shardOf(id: string): number {
  return crc32(id) % shards;
}

interface IndexedMembers {
  readonly status?: RunStatus | undefined;
  readonly queue?: string | undefined;
  readonly dueAt?: number | undefined;
  readonly createdAt?: number | undefined;
}

/** The attributes by which an index finds a row, as far as these members tell. */
export function indexKeys(id: string, { status, queue, dueAt, createdAt }: IndexedMembers): Item {
  const keys: Item = {};
  if (status !== undefined && queue !== undefined) {
    keys["duePk"] = { S: duePartition(status, queue, shardOf(id)) };
    keys["createdPk"] = { S: createdPartition(status, shardOf(id)) };
  }
  if (dueAt !== undefined) keys["dueSk"] = { S: sortKey(dueAt, id) };
  if (createdAt !== undefined) keys["createdSk"] = { S: sortKey(createdAt, id) };
  return keys;
}

export function toRowItem({ id, ...members }: RunRow): Item {
  return { ...rowKey(id), ...toAttributes(members), ...indexKeys(id, members) };
}

/** Texts and numbers as attributes. What is undefined is left out. */
export function toAttributes(members: Readonly<Record<string, string | number | undefined>>): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    item[name] = typeof value === "string" ? { S: value } : { N: String(value) };
  }
  return item;
}

export function fromRowItem(item: Item): RunRow {
  return {
    id: text(item, "pk").slice(rowPrefix.length),
    incarnation: text(item, "incarnation"),
    queue: text(item, "queue"),
    definition: text(item, "definition"),
    version: text(item, "version"),
    status: text(item, "status") as RunStatus,
    code: text(item, "code"),
    generation: number(item, "generation"),
    owner: text(item, "owner"),
    dueAt: number(item, "dueAt"),
    createdAt: number(item, "createdAt"),
    updatedAt: number(item, "updatedAt"),
  };
}

export function toRecordItem(journal: string, { seq, data, ...members }: JournalRecord): Item {
  const stored: AttributeValue = typeof data === "string" ? { S: data } : { B: data };
  return { ...recordKey(journal, seq), ...toAttributes(members), data: stored };
}

export function fromRecordItem(item: Item): JournalRecord {
  const record = {
    seq: numberOfSort(item),
    type: text(item, "type"),
    generation: number(item, "generation"),
    nonce: text(item, "nonce"),
    at: number(item, "at"),
    data: item["data"]?.S ?? bytes(item),
    checksum: number(item, "checksum"),
  };
  return item["chunks"] === undefined ? record : { ...record, chunks: number(item, "chunks") };
}

export function toChunkItem(journal: string, { nonce, index, data }: Chunk): Item {
  const [prefix] = chunkSorts(nonce);
  return { pk: journalKey(journal), sk: { S: `${prefix}${padded(index)}` }, data: { B: data } };
}

export function fromChunkItem(nonce: string, item: Item): Chunk {
  return { nonce, index: numberOfSort(item), data: bytes(item) };
}

function numberOfSort(item: Item): number {
  return Number(text(item, "sk").slice(-digits));
}

function text(item: Item, name: string): string {
  return item[name]?.S ?? damaged(item, name);
}

function number(item: Item, name: string): number {
  return Number(item[name]?.N ?? damaged(item, name));
}

function bytes(item: Item): Uint8Array {
  return Uint8Array.from(item["data"]?.B ?? damaged(item, "data"));
}

function damaged(item: Item, name: string): never {
  const place = `"${item["pk"]?.S}", "${item["sk"]?.S}"`;
  throw new ExecutusError(
    "EXECUTUS_CORRUPT_RECORD",
    `The item ${place} has no "${name}" of the right type: somebody else has written it. Restore it, or delete its run.`,
  );
}
