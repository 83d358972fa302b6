import { equal, ok } from "node:assert/strict";
import type { RunRow, RunStatus } from "@executus/core";
import { freshId, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";
import { createdWalk, idsOf, walk, withRows } from "./paging.ts";

/** Listing all rows of a status: which rows, in which order. Foreign rows may lie between one's own. */
export const listCreatedScenarios: readonly Scenario[] = [
  {
    id: "list-created.order",
    behaviour: "rows of a status are listed in the order of createdAt, by number",
    async prove({ store, eventually }) {
      const times = [100, 9, 1_000, 0, 10, 99, 1, 999];
      const rows = times.map((createdAt) => runRow({ createdAt, status: "failed" }));

      await withRows(store, rows, async () => {
        await eventually(async () => {
          same(
            await createdWalk(store, "failed", rows),
            rows.toSorted((a, b) => a.createdAt - b.createdAt),
          );
        });
      });
    },
  },
  {
    id: "list-created.ties",
    behaviour: "rows that were created at the same time are listed in the byte order of their ids",
    async prove({ store, eventually }) {
      const prefix = `run-${freshId()}`;
      const ends = [
        "",
        " ",
        "#",
        "-",
        "1",
        "10",
        "9",
        "A",
        "Z",
        "_",
        "a",
        "z",
        "\u00e9",
        "\uff5e",
        "😀",
      ];
      const ordered = ends.map((end) =>
        runRow({ id: prefix + end, createdAt: 7, status: "failed" }),
      );

      await withRows(store, ordered.toReversed(), async () => {
        await eventually(async () => {
          same(idsOf(await createdWalk(store, "failed", ordered)), idsOf(ordered));
        });
      });
    },
  },
  {
    id: "list-created.status",
    behaviour: "rows of each status, `deleting` too, are listed under that status alone",
    async prove({ store, eventually }) {
      const statuses: readonly RunStatus[] = ["active", "completed", "failed", "deleting"];
      const rows = statuses.map((status) => runRow({ status, createdAt: 5 }));

      await withRows(store, rows, async () => {
        await eventually(async () => {
          for (const row of rows) same(await createdWalk(store, row.status, rows), [row]);
        });
      });
    },
  },
  {
    id: "list-created.every-queue",
    behaviour: "without `due`, rows of every queue are listed, whatever their dueAt",
    async prove({ store, eventually }) {
      const queues = [`queue-${freshId()}`, "conformance", `queue-${freshId()}`];
      const rows = queues.map((queue, i) =>
        runRow({ queue, createdAt: 3 + i, dueAt: 4e12 * i, status: "failed" }),
      );

      await withRows(store, rows, async () => {
        await eventually(async () => same(await createdWalk(store, "failed", rows), rows));
      });
    },
  },
  {
    id: "list-created.to-the-end",
    behaviour: "the pages of a status come to an end, in order, with no row twice",
    async prove({ store }) {
      const rows = [1, 2, 3].map((createdAt) => runRow({ createdAt, status: "failed" }));

      await withRows(store, rows, async () => {
        // Other rows may come and go meanwhile, so this looks at the order alone.
        const listed = await walk(store, { query: { status: "failed", limit: 100 } });

        equal(new Set(idsOf(listed)).size, listed.length);
        for (const [i, row] of listed.slice(1).entries()) {
          ok(!comesBefore(row, listed[i]), `"${row.id}" comes after the one before`);
        }
      });
    },
  },
  {
    id: "list-created.follows",
    behaviour: "a listing of a status follows updates and removals",
    async prove({ store, eventually }) {
      const first = runRow({ createdAt: 1, status: "failed" });
      const second = runRow({ createdAt: 2, status: "failed" });
      const third = runRow({ createdAt: 3, status: "failed" });
      const rows = [first, second, third];

      await withRows(store, rows, async () => {
        await eventually(async () => same(await createdWalk(store, "failed", rows), rows));

        await store.deleteRun(first);
        const patch = { status: "completed", updatedAt: 1_000_000_500 } as const;
        await store.updateRun(second, patch, { status: "failed", maxGeneration: 1 });

        await eventually(async () => {
          same(await createdWalk(store, "failed", rows), [third]);
          same(await createdWalk(store, "completed", rows), [{ ...second, ...patch }]);
        });
      });
    },
  },
];

function comesBefore(row: RunRow, other: RunRow | undefined): boolean {
  if (other === undefined) return false;
  if (row.createdAt !== other.createdAt) return row.createdAt < other.createdAt;
  return Buffer.compare(Buffer.from(row.id), Buffer.from(other.id)) <= 0;
}
