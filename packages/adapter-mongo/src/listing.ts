import type { RunPage, RunQuery } from "@executus/core";
import type { Collection, Filter, IndexSpecification } from "mongodb";
import { fromRunDocument } from "./documents.ts";
import type { RunDocument } from "./documents.ts";

/** One for each order of listing. */
export const listingIndexes: readonly {
  readonly name: string;
  readonly key: IndexSpecification;
}[] = [
  { name: "due", key: { status: 1, queue: 1, dueAt: 1, _id: 1 } },
  { name: "created", key: { status: 1, createdAt: 1, _id: 1 } },
];

/** Where a page ends, in the order of its query. */
interface Position {
  readonly at: number;
  readonly id: string;
}

/** Reads one row more than the page holds, to know whether there is another page. */
export async function listRuns(runs: Collection<RunDocument>, query: RunQuery): Promise<RunPage> {
  const { limit, cursor } = query;
  const order = query.due === undefined ? "createdAt" : "dueAt";
  const found: RunDocument[] = [];
  for (const range of rangesOf(query, cursor === undefined ? undefined : fromCursor(cursor))) {
    const left = limit + 1 - found.length;
    if (left === 0) break;
    const answer = runs.find(range, { sort: { [order]: 1, _id: 1 }, limit: left });
    found.push(...(await answer.toArray()));
  }
  const rows = found.slice(0, limit).map(fromRunDocument);
  const last = rows.at(-1);
  if (found.length <= limit || last === undefined) return { runs: rows };
  return { runs: rows, cursor: `${last[order]}:${last.id}` };
}

/** The rows after a position: first those of the same time, then those of later ones. Each is one range of one index. */
function rangesOf(
  { status, due }: RunQuery,
  after: Position | undefined,
): readonly Filter<RunDocument>[] {
  if (due === undefined) {
    if (after === undefined) return [{ status }];
    const { at, id } = after;
    return [
      { status, createdAt: at, _id: { $gt: id } },
      { status, createdAt: { $gt: at } },
    ];
  }
  const { queue, before } = due;
  if (after === undefined) return [{ status, queue, dueAt: { $lte: before } }];
  const { at, id } = after;
  return [
    { status, queue, dueAt: at, _id: { $gt: id } },
    { status, queue, dueAt: { $gt: at, $lte: before } },
  ];
}

function fromCursor(cursor: string): Position {
  const [, at, id] = /^([^:]+):(.+)$/s.exec(cursor) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Number(at))) {
    throw new TypeError(`Expected \`cursor\` to be that of the page before, got "${cursor}".`);
  }
  return { at: Number(at), id };
}
