import { equal, fail, ok } from "node:assert/strict";
import type { RunQuery, RunRow, RunStatus, RunStore } from "@executus/core";

const maxPages = 10_000;

/** A query and what happens while its pages are read. */
export interface Walk {
  readonly query: RunQuery;
  /** Called after each page that holds something, with the rows of that page. */
  readonly afterPage?: (rows: readonly RunRow[], page: number) => Promise<void>;
  /** Ends the walk early. */
  readonly until?: (rows: readonly RunRow[]) => boolean;
}

/** Reads page after page to the last one. */
export async function walk(store: RunStore, { query, afterPage, until }: Walk): Promise<RunRow[]> {
  const found: RunRow[] = [];
  let cursor: string | undefined;
  let full = 0;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await store.listRuns({ ...query, cursor });
    ok(page.runs.length <= query.limit, "a page holds at most `limit` rows");
    found.push(...page.runs);
    if (page.runs.length > 0) await afterPage?.(page.runs, (full += 1));
    if (page.cursor === undefined || until?.(page.runs) === true) return found;
    equal(typeof page.cursor, "string", "a cursor is a string");
    cursor = page.cursor;
  }
  return fail(`no last page within ${maxPages} pages`);
}

export function idsOf(rows: readonly RunRow[]): string[] {
  return rows.map((row) => row.id);
}

/** Lists what is left of one's own rows of a status, in their order, among rows of others. */
export async function createdWalk(
  store: RunStore,
  status: RunStatus,
  own: readonly RunRow[],
  limit = 100,
): Promise<RunRow[]> {
  const ids = new Set(idsOf(own));
  const last = Math.max(...own.map((row) => row.createdAt));
  const listed = await walk(store, {
    query: { status, limit },
    // Others were created after 1970, so most of them come later.
    until: (rows) => rows.some((row) => row.createdAt > last),
  });
  return listed.filter((row) => ids.has(row.id));
}

/** Removes the rows afterwards, so that others need not page through them. */
export async function withRows(
  store: RunStore,
  rows: readonly RunRow[],
  prove: () => Promise<void>,
): Promise<void> {
  try {
    await Promise.all(rows.map((row) => store.insertRun(row)));
    await prove();
  } finally {
    await Promise.allSettled(rows.map((row) => store.deleteRun(row)));
  }
}
