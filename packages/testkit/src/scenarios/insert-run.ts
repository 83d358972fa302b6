import { equal, ok } from "node:assert/strict";
import { freshId, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Putting rows, and who wins. Their fields and ids: run-fields.ts, run-ids.ts. */
export const insertRunScenarios: readonly Scenario[] = [
  {
    id: "insert-run.absent",
    behaviour: "insertRun puts the row of a run that has none, and says true",
    async prove({ store }) {
      const row = runRow();

      equal(await store.insertRun(row), true);

      same(await store.getRun(row.id), row);
    },
  },
  {
    id: "insert-run.present",
    behaviour: "insertRun says false if the run has a row, and leaves that row untouched",
    async prove({ store }) {
      const row = runRow({ generation: 3 });
      const late = { ...runRow(), id: row.id, owner: "late", status: "failed" } as const;
      await store.insertRun(row);

      equal(await store.insertRun(late), false);

      same(await store.getRun(row.id), row);
    },
  },
  {
    id: "insert-run.repeated",
    behaviour: "the same insertRun repeated says false, and harms nothing",
    async prove({ store }) {
      const row = runRow();
      await store.insertRun(row);

      equal(await store.insertRun(row), false);
      equal(await store.insertRun(row), false);

      same(await store.getRun(row.id), row);
    },
  },
  {
    id: "insert-run.late-repeat",
    behaviour: "an insertRun that is repeated after an update undoes nothing",
    async prove({ store }) {
      const row = runRow();
      await store.insertRun(row);
      const claim = { generation: 2, owner: "owner-2", updatedAt: 1_000_000_500 };
      await store.updateRun(row, claim, { status: "active", maxGeneration: 1 });

      equal(await store.insertRun(row), false);

      same(await store.getRun(row.id), { ...row, ...claim });
    },
  },
  {
    id: "insert-run.one-winner",
    behaviour: "of many insertRun calls for one run at the same time, exactly one says true",
    async prove({ store }) {
      const id = `run-${freshId()}`;
      const rows = Array.from({ length: 16 }, () => runRow({ id }));

      const put = await Promise.all(rows.map((row) => store.insertRun(row)));

      same(winners(rows, put), [await store.getRun(id)]);
    },
  },
  {
    id: "insert-run.one-winner-handles",
    behaviour: "of many insertRun calls for one run from two handles, exactly one says true",
    async prove({ store, reopen }) {
      const other = await reopen();
      const id = `run-${freshId()}`;
      const rows = Array.from({ length: 16 }, () => runRow({ id }));

      const put = await Promise.all(
        rows.map((row, i) => (i % 2 === 0 ? store : other).insertRun(row)),
      );

      same(winners(rows, put), [await store.getRun(id)]);
    },
  },
  {
    id: "insert-run.after-removal",
    behaviour: "insertRun puts a row again under the id of a run that was removed",
    async prove({ store }) {
      const first = runRow();
      const second = runRow({ id: first.id });
      await store.insertRun(first);
      await store.deleteRun(first);

      equal(await store.insertRun(second), true);

      same(await store.getRun(first.id), second);
    },
  },
  {
    id: "insert-run.copies",
    behaviour: "a store keeps no reference to a row that it was handed or that it gave out",
    async prove({ store }) {
      const row = runRow();
      const handed = { ...row };
      await store.insertRun(handed);

      handed.owner = "changed after insertRun";
      const read = await store.getRun(row.id);
      ok(read !== undefined, "the row is there");
      Reflect.set(read, "owner", "changed after getRun");

      same(await store.getRun(row.id), row);
    },
  },
];

function winners<T>(candidates: readonly T[], won: readonly boolean[]): T[] {
  return candidates.filter((_, i) => won[i]);
}
