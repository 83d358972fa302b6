import { ok } from "node:assert/strict";
import type { RunQuery, RunRow, RunStore } from "@executus/core";
import { freshId, maxNumber, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";
import { createdWalk, idsOf, walk, withRows } from "./paging.ts";

const twelve: readonly number[] = Array.from({ length: 12 }, (_, i) => (i + 1) * 10);

/** Pages while rows come, go and move: what answers the query all the while is on one of them. */
export const listChangingScenarios: readonly Scenario[] = [
  {
    id: "list-due.removed-meanwhile",
    behaviour: "no due row is passed over when the rows of the pages before it are removed",
    async prove(context) {
      const { store } = context;
      await walkDue(context, twelve, async (page) => {
        await Promise.all(page.map((row) => store.deleteRun(row)));
      });
    },
  },
  {
    id: "list-due.moved-meanwhile",
    behaviour: "no due row is passed over when the rows of the pages before it move forward",
    async prove(context) {
      const { store } = context;
      await walkDue(context, twelve, async (page) => {
        await Promise.all(page.map((row) => postpone(store, row, row.dueAt + 1_000)));
      });
    },
  },
  {
    id: "list-due.moved-ahead",
    behaviour: "a due row that moves forward before its page is read is on a later one",
    async prove(context) {
      const { store } = context;
      await walkDue(context, twelve, async (_page, rows, turn) => {
        const [row] = rows.slice(-turn);
        if (turn <= 2 && row !== undefined) await postpone(store, row, row.dueAt + 1_000);
      });
    },
  },
  {
    id: "list-due.tied-meanwhile",
    behaviour: "among rows of equal dueAt none is passed over when others are removed",
    async prove(context) {
      const { store } = context;
      await walkDue(
        context,
        twelve.map(() => 10),
        async (page) => {
          await Promise.all(page.map((row) => store.deleteRun(row)));
        },
      );
    },
  },
  {
    id: "list-due.inserted-meanwhile",
    behaviour: "no due row is passed over when others are inserted around it",
    async prove(context) {
      const { store } = context;
      await walkDue(context, twelve, async ([row]) => {
        if (row === undefined) return;
        const { queue, dueAt } = row;
        const around = [dueAt - 1, dueAt, dueAt + 1, 5_000 + dueAt];
        await Promise.all(around.map((at) => store.insertRun(runRow({ queue, dueAt: at }))));
      });
    },
  },
  {
    id: "list-created.removed-meanwhile",
    behaviour: "no row of a status is passed over when the rows of the pages before it are removed",
    async prove({ store, eventually }) {
      const rows = twelve.map((createdAt) => runRow({ createdAt, status: "failed" }));

      await withRows(store, rows, async () => {
        await eventually(async () => {
          same(idsOf(await createdWalk(store, "failed", rows)), idsOf(rows));
        });
        const own = new Set(idsOf(rows));
        const left = new Set(own);

        const listed = await walk(store, {
          query: { status: "failed", limit: 2 },
          until: (page) => page.some((row) => row.createdAt > 120),
          async afterPage(page) {
            const seen = page.filter((row) => own.has(row.id));
            await Promise.all(seen.map((row) => store.deleteRun(row)));
            for (const { id } of seen) left.delete(id);
            await eventually(async () => {
              const found = await createdWalk(store, "failed", rows);
              same(idsOf(found).toSorted(), [...left].toSorted());
            });
          },
        });

        same(
          idsOf(listed).filter((id) => own.has(id)),
          idsOf(rows),
        );
      });
    },
  },
];

/** Changes rows after the page of that number. */
type Change = (page: readonly RunRow[], rows: readonly RunRow[], turn: number) => Promise<void>;

/** Reads due rows two by two, changes something after each page, and expects every row on some page. */
async function walkDue(
  { store, eventually }: ScenarioContext,
  times: readonly number[],
  change: Change,
): Promise<void> {
  const queue = `queue-${freshId()}`;
  const rows = times.map((dueAt) => runRow({ queue, dueAt }));
  const query: RunQuery = { status: "active", due: { queue, before: maxNumber }, limit: 2 };
  await Promise.all(rows.map((row) => store.insertRun(row)));
  await eventually(() => settled(store, query, rows));

  const listed = await walk(store, {
    query,
    async afterPage(page, turn) {
      if (turn > rows.length) return;
      await change(page, rows, turn);
      await eventually(() => settled(store, query, rows));
    },
  });

  const seen = new Set(idsOf(listed));
  for (const row of rows) ok(seen.has(row.id), `the row due at ${row.dueAt} is on a page`);
}

/** Holds once a new listing shows the rows as they are now: pages are the subject, not lag. */
async function settled(store: RunStore, query: RunQuery, rows: readonly RunRow[]): Promise<void> {
  const listed = await walk(store, { query: { ...query, limit: 100 } });
  const byId = new Map(listed.map((row) => [row.id, row]));
  for (const { id } of rows) same(byId.get(id), await store.getRun(id));
}

async function postpone(store: RunStore, row: RunRow, dueAt: number): Promise<void> {
  await store.updateRun(
    row,
    { dueAt, updatedAt: row.updatedAt + 1 },
    { status: "active", maxGeneration: row.generation },
  );
}
