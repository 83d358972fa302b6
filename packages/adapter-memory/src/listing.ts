import type { RunQuery, RunRow } from "@executus/core";
import { sortedList, type SortedList } from "./sorted-list.ts";

/** Where a row stands in one of the two orders. */
interface Position {
  readonly at: number;
  readonly id: string;
}

/** The rows of each status by `createdAt`, and of each status and queue by `dueAt`. */
export type Listings = Map<string, SortedList<Position, Position>>;

const beginning: Position = { at: -Infinity, id: "" };

export function enlist(listings: Listings, row: RunRow): void {
  listOf(listings, createdKey(row.status)).add({ at: row.createdAt, id: row.id });
  listOf(listings, dueKey(row.status, row.queue)).add({ at: row.dueAt, id: row.id });
}

export function delist(listings: Listings, row: RunRow): void {
  listOf(listings, createdKey(row.status)).remove({ at: row.createdAt, id: row.id });
  listOf(listings, dueKey(row.status, row.queue)).remove({ at: row.dueAt, id: row.id });
}

/** The ids of one page. */
export function listIds(
  listings: Listings,
  { status, due, limit, cursor }: RunQuery,
): { readonly ids: readonly string[]; readonly cursor?: string } {
  const list = listings.get(due === undefined ? createdKey(status) : dueKey(status, due.queue));
  const before = due === undefined ? Infinity : due.before;
  const ids: string[] = [];
  for (let position = cursor === undefined ? beginning : fromCursor(cursor); ;) {
    const next = list?.after(position);
    if (next === undefined || next.at > before) return { ids };
    if (ids.length === limit) return { ids, cursor: `${position.at}:${position.id}` };
    ids.push(next.id);
    position = next;
  }
}

function fromCursor(cursor: string): Position {
  const [, at, id] = /^([^:]+):(.+)$/s.exec(cursor) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Number(at))) {
    throw new TypeError(`Expected \`cursor\` to be that of the page before, got "${cursor}".`);
  }
  return { at: Number(at), id };
}

function createdKey(status: string): string {
  return status;
}

/** A status has no colon, so these keys meet no others. */
function dueKey(status: string, queue: string): string {
  return `${status}:${queue}`;
}

function listOf(listings: Listings, key: string): SortedList<Position, Position> {
  let list = listings.get(key);
  if (list === undefined) {
    list = sortedList(comparePositions);
    listings.set(key, list);
  }
  return list;
}

function comparePositions(a: Position, b: Position): number {
  return a.at === b.at ? compareBytes(a.id, b.id) : a.at - b.at;
}

/** As their bytes in UTF-8 compare. `<` compares UTF-16, where U+1F600 comes before U+FF01. */
function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for the code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
