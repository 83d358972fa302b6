import type { RunPage, RunQuery, RunRow } from "@executus/core";
import { type Fault, ofDatabase, ofHandle } from "./fault.ts";
import { answersTo, keyOf } from "./listings.ts";

const duePages: readonly string[] = [1, 2, 7].map((limit) => `list-due.pages-of-${limit}`);
const createdPages: readonly string[] = [1, 2, 7].map((limit) => `list-created.pages-of-${limit}`);

/** Faults of going from page to page. */
export const pageFaults: readonly Fault[] = [
  {
    id: "page-after-time",
    breaks:
      "a page begins after the time of the last row, so that rows of that time are passed over",
    caughtBy: [...duePages, ...createdPages],
    make: pagedBy((rows, query) => {
      const from = Number(query.cursor ?? -1);
      const left = rows.filter((row) => keyOf(row, query) > from);
      const last = left[query.limit - 1];
      const more = left.length > query.limit && last !== undefined;
      return cut(left, query, more ? `${keyOf(last, query)}` : undefined);
    }),
  },
  {
    id: "page-at-position",
    breaks: "a page begins at a position, which moves when rows before it are removed",
    caughtBy: [
      "list-due.removed-meanwhile",
      "list-due.moved-meanwhile",
      "list-due.tied-meanwhile",
      "list-created.removed-meanwhile",
    ],
    make: pagedBy((rows, query) => {
      const from = Number(query.cursor ?? 0);
      const to = from + query.limit;
      return cut(rows.slice(from), query, to < rows.length ? `${to}` : undefined);
    }),
  },
  {
    id: "page-after-row",
    breaks: "a page begins after where the last row is by now",
    caughtBy: ["list-due.moved-meanwhile", "list-due.removed-meanwhile"],
    make: pagedBy((rows, query) => {
      const at = rows.findIndex((row) => row.id === query.cursor);
      const gone = query.cursor !== undefined && at < 0;
      const left = gone ? [] : rows.slice(at + 1);
      return cut(left, query, left.length > query.limit ? left[query.limit - 1]?.id : undefined);
    }),
  },
  {
    id: "page-before-rest",
    breaks: "a page begins where as many rows are left as were left before",
    caughtBy: ["list-due.inserted-meanwhile"],
    make: pagedBy((rows, query) => {
      const left = rows.slice(rows.length - Number(query.cursor ?? rows.length));
      const rest = left.length - query.limit;
      return cut(left, query, rest > 0 ? `${rest}` : undefined);
    }),
  },
  {
    id: "page-counts-ties",
    breaks: "a page begins after so many rows of one time, of which some are removed by then",
    caughtBy: ["list-due.tied-meanwhile"],
    make: pagedBy((rows, query) => {
      const [time = -1, seen = 0] = (query.cursor ?? "").split(":").filter(Boolean).map(Number);
      const tied = rows.filter((row) => keyOf(row, query) === time).slice(seen);
      const left = [...tied, ...rows.filter((row) => keyOf(row, query) > time)];
      const last = left[query.limit - 1];
      if (left.length <= query.limit || last === undefined) return cut(left, query, undefined);
      const at = keyOf(last, query);
      const given = left.slice(0, query.limit).filter((row) => keyOf(row, query) === at).length;
      return cut(left, query, `${at}:${at === time ? seen + given : given}`);
    }),
  },
  {
    id: "page-of-snapshot",
    breaks: "a listing passes over rows that changed since its first page",
    caughtBy: ["list-due.moved-ahead"],
    make: ofDatabase(
      () => [] as (readonly RunRow[])[],
      (store, snapshots) => ({
        async listRuns(query) {
          const rows = await answersTo(store, query);
          const snapshot = snapshots[Number(query.cursor ?? -1)] ?? rows;
          const current = new Set(rows.map((row) => `${row.id} ${row.dueAt}`));
          const left = snapshot.filter((row) => current.has(`${row.id} ${row.dueAt}`));
          const more = left.length > query.limit;
          if (more) snapshots.push(left.slice(query.limit));
          return cut(left, query, more ? `${snapshots.length - 1}` : undefined);
        },
      }),
    ),
  },
  {
    id: "page-stops",
    breaks: "a listing ends with its first page, however many rows are left",
    caughtBy: [...duePages, ...createdPages],
    make: ofHandle((store) => ({
      listRuns: async (query) => ({ runs: (await store.listRuns(query)).runs }),
    })),
  },
  {
    id: "page-repeats",
    breaks: "a page begins with the last row of the one before it",
    caughtBy: [...duePages.slice(1), ...createdPages.slice(1)],
    make: pagedBy((rows, query) => {
      const from = Number(query.cursor ?? 0);
      const to = from + query.limit;
      // At a limit of 1 it would never come to an end.
      const next = query.limit === 1 ? to : to - 1;
      return cut(rows.slice(from), query, to < rows.length ? `${next}` : undefined);
    }),
  },
  {
    id: "page-skips",
    breaks: "a page begins one row after where it should",
    caughtBy: [...duePages, ...createdPages],
    make: pagedBy((rows, query) => {
      const from = Number(query.cursor ?? 0);
      const to = from + query.limit;
      return cut(rows.slice(from), query, to < rows.length ? `${to + 1}` : undefined);
    }),
  },
  {
    id: "page-ignores-limit",
    breaks: "a page holds more rows than its limit",
    caughtBy: [...duePages, ...createdPages],
    make: ofHandle((store) => ({
      listRuns: (query) => store.listRuns({ ...query, limit: query.limit + 1 }),
    })),
  },
  {
    id: "page-never-last",
    breaks: "the last page has a cursor, and so has each one after it",
    caughtBy: ["list-due.last-page"],
    make: ofHandle((store) => ({
      async listRuns(query) {
        if (query.cursor === "end") return { runs: [], cursor: "end" };
        const page = await store.listRuns(query);
        return { runs: page.runs, cursor: page.cursor ?? "end" };
      },
    })),
  },
  {
    id: "page-of-handle",
    breaks: "a cursor means something only to the handle that gave it",
    caughtBy: ["list-due.cursor-travels"],
    make: ofHandle((store) => {
      const cursors: string[] = [];
      return {
        async listRuns(query) {
          const known = query.cursor === undefined ? undefined : cursors[Number(query.cursor)];
          const { runs, cursor } = await store.listRuns({ ...query, cursor: known });
          if (cursor === undefined) return { runs };
          return { runs, cursor: `${cursors.push(cursor) - 1}` };
        },
      };
    }),
  },
];

function pagedBy(page: (rows: readonly RunRow[], query: RunQuery) => RunPage): Fault["make"] {
  return ofHandle((store) => ({
    listRuns: async (query) => page(await answersTo(store, query), query),
  }));
}

function cut(rows: readonly RunRow[], { limit }: RunQuery, cursor: string | undefined): RunPage {
  return { runs: rows.slice(0, limit), cursor };
}
