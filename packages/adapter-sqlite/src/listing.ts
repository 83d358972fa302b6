import type { RunPage, RunQuery, RunRow } from "@executus/core";
import type { Prepare } from "./connection.ts";
import { listCreated, listDue } from "./queries.ts";
import { toRunRow } from "./rows.ts";

/** Where a page ends, in the order of its query. */
interface Position {
  readonly at: number;
  readonly id: string;
}

const beginning: Position = { at: -Infinity, id: "" };

/** Asks for one row more than the page holds, to know whether there is another page. */
export function listRuns(prepare: Prepare, query: RunQuery): RunPage {
  const { status, due, limit, cursor } = query;
  const { at, id } = cursor === undefined ? beginning : fromCursor(cursor);
  const columns =
    due === undefined
      ? prepare(listCreated).all(status, at, id, limit + 1)
      : prepare(listDue).all(status, due.queue, due.before, at, id, limit + 1);
  const rows = columns.map(toRunRow);
  const runs = rows.slice(0, limit);
  const last = runs.at(-1);
  if (rows.length <= limit || last === undefined) return { runs };
  return { runs, cursor: toCursor(last, due) };
}

function toCursor({ dueAt, createdAt, id }: RunRow, due: RunQuery["due"]): string {
  return `${due === undefined ? createdAt : dueAt}:${id}`;
}

function fromCursor(cursor: string): Position {
  const [, at, id] = /^([^:]+):(.+)$/s.exec(cursor) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Number(at))) {
    throw new TypeError(`Expected \`cursor\` to be that of the page before, got "${cursor}".`);
  }
  return { at: Number(at), id };
}
