import { equal } from "node:assert/strict";
import type { RunQuery, RunRow, RunStore } from "@executus/core";
import { freshId, maxNumber, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";
import { createdWalk, idsOf, walk, withRows } from "./paging.ts";

const limits: readonly number[] = [1, 2, 7];
const times: readonly number[] = [10, 10, 10, 20, 30, 30, 30, 30, 30, 40, 50];

/** Pages that nothing changes meanwhile. While rows change: list-changing.ts. */
export const listPageScenarios: readonly Scenario[] = [
  ...limits.map((limit): Scenario => ({
    id: `list-due.pages-of-${limit}`,
    behaviour: `each due row is on one page, also among rows of equal dueAt, at a limit of ${limit}`,
    async prove({ store, eventually }) {
      const { rows, query } = await dueRows(store, limit);

      await eventually(async () => {
        const listed = await walk(store, { query });
        same(timesOf(listed), times);
        same(idsOf(listed).toSorted(), idsOf(rows).toSorted());
      });
    },
  })),
  ...limits.map((limit): Scenario => ({
    id: `list-created.pages-of-${limit}`,
    behaviour: `each row of a status is on one page, also among rows of equal createdAt, at a limit of ${limit}`,
    async prove({ store, eventually }) {
      const rows = times
        .map((createdAt) => runRow({ createdAt, status: "failed" }))
        .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));

      await withRows(store, rows, async () => {
        await eventually(async () => {
          same(idsOf(await createdWalk(store, "failed", rows, limit)), idsOf(rows));
        });
      });
    },
  })),
  {
    id: "list-due.last-page",
    behaviour: "the pages come to an end: the last one has no cursor, also if it is full",
    async prove({ store, eventually }) {
      const { rows, query } = await dueRows(store, times.length);

      await eventually(async () => equal((await walk(store, { query })).length, rows.length));
    },
  },
  {
    id: "list-due.cursor-travels",
    behaviour: "a cursor that one handle gave goes on in another",
    async prove({ store, reopen, eventually }) {
      const { rows, query } = await dueRows(store, 2);
      const other = await reopen();

      await eventually(async () => {
        const listed: RunRow[] = [];
        let cursor: string | undefined;
        for (let pages = 0; pages < 100; pages += 1) {
          const page = await (pages % 2 === 0 ? store : other).listRuns({ ...query, cursor });
          listed.push(...page.runs);
          cursor = page.cursor;
          if (cursor === undefined) break;
        }
        same(idsOf(listed).toSorted(), idsOf(rows).toSorted());
      });
    },
  },
];

/** Puts due rows into a queue of their own. */
async function dueRows(
  store: RunStore,
  limit: number,
): Promise<{ rows: readonly RunRow[]; query: RunQuery }> {
  const queue = `queue-${freshId()}`;
  const rows = times.map((dueAt) => runRow({ queue, dueAt }));
  await Promise.all(rows.map((row) => store.insertRun(row)));
  return { rows, query: { status: "active", due: { queue, before: maxNumber }, limit } };
}

function timesOf(rows: readonly RunRow[]): number[] {
  return rows.map((row) => row.dueAt);
}
