import { equal } from "node:assert/strict";
import { freshId, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Reading one row. */
export const getRunScenarios: readonly Scenario[] = [
  {
    id: "get-run.unknown",
    behaviour: "getRun of a run that has no row gives undefined",
    async prove({ store }) {
      equal(await store.getRun(`run-${freshId()}`), undefined);
    },
  },
  {
    id: "get-run.consistent",
    behaviour: "getRun sees every insert, update and removal at once, from any handle",
    async prove({ store, reopen }) {
      const other = await reopen();

      for (let round = 0; round < 10; round += 1) {
        const row = runRow();
        equal(await other.getRun(row.id), undefined);

        await store.insertRun(row);
        same(await other.getRun(row.id), row);

        const patch = { dueAt: 2_000_000_000 + round, updatedAt: 1_500_000_000 };
        await store.updateRun(row, patch, { status: "active", maxGeneration: 1 });
        same(await other.getRun(row.id), { ...row, ...patch });

        await store.deleteRun(row);
        equal(await other.getRun(row.id), undefined);
      }
    },
  },
  {
    id: "get-run.snapshot",
    behaviour: "a row that was read stays as it was when the run is updated",
    async prove({ store }) {
      const row = runRow();
      await store.insertRun(row);
      const read = await store.getRun(row.id);

      await store.updateRun(
        row,
        { generation: 2, owner: "owner-2", updatedAt: 1_000_000_500 },
        { status: "active", maxGeneration: 1 },
      );

      same(read, row);
    },
  },
];
