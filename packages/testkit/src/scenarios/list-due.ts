import { equal } from "node:assert/strict";
import type { RunRow, RunStatus, RunStore } from "@executus/core";
import { freshId, maxNumber, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";
import { idsOf, walk } from "./paging.ts";

/** Listing what is due: which rows, in which order. Across pages: list-pages.ts. */
export const listDueScenarios: readonly Scenario[] = [
  {
    id: "list-due.empty",
    behaviour: "a listing that nothing answers holds no rows and ends",
    async prove({ store }) {
      same(await due(store, `queue-${freshId()}`, maxNumber), []);
    },
  },
  {
    id: "list-due.order",
    behaviour: "due rows are listed in the order of dueAt, by number",
    async prove({ store, eventually }) {
      const queue = `queue-${freshId()}`;
      const times = [100, 9, 1_764_000_000_123, 0, 10, 1_000, 99, 2 ** 32, 999, maxNumber, 1];
      const rows = await put(
        store,
        times.map((dueAt) => runRow({ queue, dueAt })),
      );

      await eventually(async () => {
        same(
          await due(store, queue, maxNumber),
          rows.toSorted((a, b) => a.dueAt - b.dueAt),
        );
      });
    },
  },
  {
    id: "list-due.inclusive",
    behaviour: "a row is due from its dueAt on, and not a millisecond earlier",
    async prove({ store, eventually }) {
      const queue = `queue-${freshId()}`;
      const times = [0, 999, 1_000, 1_001];
      await put(
        store,
        times.map((dueAt) => runRow({ queue, dueAt })),
      );

      await eventually(async () => {
        same(timesOf(await due(store, queue, 1_000)), [0, 999, 1_000]);
        same(timesOf(await due(store, queue, 998)), [0]);
        same(timesOf(await due(store, queue, 0)), [0]);
        same(timesOf(await due(store, queue, maxNumber)), times);
      });
    },
  },
  {
    id: "list-due.queue",
    behaviour: "due rows of other queues are not listed, however alike their names",
    async prove({ store, eventually }) {
      const queue = `queue-${freshId()}`;
      const alike = [`${queue}1`, `${queue} `, `${queue}#1`, `${queue}#`, `${queue}%`, `${queue}_`];
      const queues = [queue, ...alike, queue.slice(0, -1), queue.toUpperCase()];
      const rows = await put(
        store,
        queues.map((name) => runRow({ queue: name, dueAt: 1 })),
      );
      const own = new Set(idsOf(rows));

      await eventually(async () => {
        for (const row of rows) {
          const listed = await due(store, row.queue, 1);
          same(idsOf(listed.filter(({ id }) => own.has(id))), [row.id], `queue "${row.queue}"`);
        }
      });
    },
  },
  {
    id: "list-due.status",
    behaviour: "due rows of each status, `deleting` too, are listed under that status alone",
    async prove({ store, eventually }) {
      const queue = `queue-${freshId()}`;
      const statuses: readonly RunStatus[] = ["active", "completed", "failed", "deleting"];
      const rows = await put(
        store,
        statuses.map((status) => runRow({ queue, status, dueAt: 1 })),
      );

      await eventually(async () => {
        for (const row of rows) same(await due(store, queue, 1, row.status), [row]);
      });
    },
  },
  {
    id: "list-due.follows",
    behaviour: "a listing of due rows follows updates and removals",
    async prove({ store, eventually }) {
      const queue = `queue-${freshId()}`;
      const [later, ended] = [runRow({ queue, dueAt: 10 }), runRow({ queue, dueAt: 20 })];
      const [removed, kept] = [runRow({ queue, dueAt: 30 }), runRow({ queue, dueAt: 40 })];
      await put(store, [later, ended, removed, kept]);
      const guard = { status: "active", maxGeneration: 1 } as const;
      await eventually(async () => equal((await due(store, queue, 100)).length, 4));

      await store.updateRun(later, { dueAt: 200, updatedAt: 1 }, guard);
      await store.updateRun(ended, { status: "completed", updatedAt: 1 }, guard);
      await store.deleteRun(removed);
      await store.updateRun(kept, { owner: "owner-2", updatedAt: 1 }, guard);

      const moved = { ...later, dueAt: 200, updatedAt: 1 };
      const renamed = { ...kept, owner: "owner-2", updatedAt: 1 };
      await eventually(async () => {
        same(await due(store, queue, 100), [renamed]);
        same(await due(store, queue, 200), [renamed, moved]);
        same(idsOf(await due(store, queue, 200, "completed")), [ended.id]);
      });
    },
  },
];

async function put(store: RunStore, rows: readonly RunRow[]): Promise<readonly RunRow[]> {
  await Promise.all(rows.map((row) => store.insertRun(row)));
  return rows;
}

function due(
  store: RunStore,
  queue: string,
  before: number,
  status: RunStatus = "active",
): Promise<RunRow[]> {
  return walk(store, { query: { status, due: { queue, before }, limit: 100 } });
}

function timesOf(rows: readonly RunRow[]): number[] {
  return rows.map((row) => row.dueAt);
}
