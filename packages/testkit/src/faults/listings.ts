import type { RunQuery, RunRow, RunStatus, RunStore } from "@executus/core";
import { type Fault, ofDatabase, ofHandle, rowsOf } from "./fault.ts";

/** Faults of which rows are listed, and in which order. Of their pages: pages.ts. */
export const listingFaults: readonly Fault[] = [
  {
    id: "list-empty-goes-on",
    breaks: "a page that holds nothing has a cursor for ever",
    caughtBy: ["list-due.empty"],
    make: ofHandle((store) => ({
      async listRuns(query) {
        const page = await store.listRuns({ ...query, cursor: undefined });
        return page.runs.length === 0 ? { runs: [], cursor: "more" } : page;
      },
    })),
  },
  {
    id: "list-orders-text",
    breaks: "times are ordered as texts: 10 before 9",
    caughtBy: ["list-due.order", "list-created.order"],
    make: listedAs((rows, query) =>
      rows.toSorted((a, b) => (`${keyOf(a, query)}` < `${keyOf(b, query)}` ? -1 : 1)),
    ),
  },
  {
    id: "list-backwards",
    breaks: "the newest rows are listed first",
    caughtBy: ["list-due.order", "list-created.order", "list-created.to-the-end", "verbs.list"],
    make: listedAs((rows) => rows.toReversed()),
  },
  {
    id: "list-before-only",
    breaks: "a row that is due exactly at `before` is not listed",
    caughtBy: ["list-due.inclusive"],
    make: listedAs((rows, { due }) =>
      rows.filter((row) => due === undefined || row.dueAt < due.before),
    ),
  },
  {
    id: "list-queue-prefix",
    breaks: "rows of queues whose names begin alike are listed too",
    caughtBy: ["list-due.queue"],
    make: ofHandle((store) => ({
      async listRuns(query) {
        const { status, due } = query;
        if (due === undefined) return store.listRuns(query);
        const rows = await rowsOf(store, status);
        const answering = (row: RunRow): boolean =>
          row.queue.startsWith(due.queue) && row.dueAt <= due.before;
        return { runs: rows.filter(answering) };
      },
    })),
  },
  {
    id: "list-hides-deleting",
    breaks: "rows that are `deleting` are not listed",
    caughtBy: ["list-due.status", "list-created.status", "verbs.unfinished-removal"],
    make: listedAs((rows) => rows.filter((row) => row.status !== "deleting")),
  },
  {
    id: "list-any-status",
    breaks: "failed rows are listed with the completed ones",
    caughtBy: ["list-due.status", "list-created.status", "verbs.list", "verbs.prune"],
    make: ofHandle((store) => ({
      async listRuns(query) {
        const page = await store.listRuns(query);
        if (query.status !== "completed") return page;
        const { runs } = await store.listRuns({ ...query, status: "failed" });
        return { ...page, runs: [...page.runs, ...runs].slice(0, query.limit) };
      },
    })),
  },
  {
    id: "list-index-stale",
    breaks: "a listing shows rows as they were put",
    caughtBy: [
      "list-due.follows",
      "list-created.follows",
      "verbs.prune",
      "verbs.recover",
      "verbs.unfinished-removal",
    ],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, rows) => ({
        async insertRun(row) {
          rows.set(row.id, row);
          return store.insertRun(row);
        },
        listRuns: async (query) => ({
          runs: [...rows.values()].filter((row) => answers(row, query)).slice(0, query.limit),
        }),
      }),
    ),
  },
  {
    id: "list-ties-utf-16",
    breaks: "ids are ordered by UTF-16 code units, not by bytes",
    caughtBy: ["list-created.ties"],
    make: listedAs((rows) =>
      rows.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
    ),
  },
  {
    id: "list-ties-locale",
    breaks: "ids are ordered as in a dictionary",
    caughtBy: ["list-created.ties"],
    make: listedAs((rows) =>
      rows.toSorted((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id, "en")),
    ),
  },
  {
    id: "list-one-queue",
    breaks: "without `due`, rows of one queue alone are listed",
    caughtBy: ["list-created.every-queue"],
    make: listedAs((rows, { due }) =>
      rows.filter((row) => due !== undefined || row.queue === "conformance"),
    ),
  },
];

/** A listing of correct rows, rearranged as a whole and paged by position. */
function listedAs(
  arrange: (rows: readonly RunRow[], query: RunQuery) => readonly RunRow[],
): Fault["make"] {
  return ofHandle((store) => ({
    async listRuns(query) {
      const rows = arrange(await answersTo(store, query), query);
      const from = Number(query.cursor ?? 0);
      const to = from + query.limit;
      return { runs: rows.slice(from, to), ...(to < rows.length ? { cursor: `${to}` } : {}) };
    },
  }));
}

/** All rows that answer a query, in their order. */
export async function answersTo(store: RunStore, query: RunQuery): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listRuns({ ...query, limit: 100, cursor });
    rows.push(...page.runs);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows;
}

function answers(row: RunRow, query: { status: RunStatus; due?: RunQuery["due"] }): boolean {
  const { status, due } = query;
  if (row.status !== status) return false;
  return due === undefined || (row.queue === due.queue && row.dueAt <= due.before);
}

/** The time by which a query orders a row. */
export function keyOf(row: RunRow, { due }: RunQuery): number {
  return due === undefined ? row.createdAt : row.dueAt;
}
