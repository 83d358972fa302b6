import { freshId, runRow } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { hasJournal, hasNoJournal, isGone, isWhole, putWhole } from "./whole-run.ts";

/** Removing a run: what stays. */
export const deleteSpareScenarios: readonly Scenario[] = [
  {
    id: "delete-run.other-runs",
    behaviour: "deleteRun leaves other runs as they are",
    async prove({ store }) {
      const removed = await putWhole(store, runRow());
      const kept = await putWhole(store, runRow());

      await store.deleteRun(removed);

      await isGone(store, removed);
      await isWhole(store, kept);
    },
  },
  {
    id: "delete-run.other-incarnation",
    behaviour:
      "deleteRun of an incarnation leaves the row and the journal of another one of that id",
    async prove({ store }) {
      const current = await putWhole(store, runRow());
      const orphan = await putWhole(store, runRow({ id: current.id }), { withRow: false });

      await store.deleteRun(orphan);

      await isWhole(store, current);
      await hasNoJournal(store, orphan.incarnation);
    },
  },
  {
    id: "delete-run.late-repeat",
    behaviour: "a deleteRun that is repeated after the id was begun again leaves the new run whole",
    async prove({ store }) {
      const first = await putWhole(store, runRow());
      await store.deleteRun(first);
      const second = await putWhole(store, runRow({ id: first.id }));

      await store.deleteRun(first);

      await isWhole(store, second);
    },
  },
  {
    id: "delete-run.prefixes",
    behaviour: "deleteRun leaves journals and chunks of runs whose names begin alike",
    async prove({ store }) {
      const removed = runRow();
      const ids = alikeNames(removed.id);
      const spared = alikeNames(removed.incarnation).map((incarnation, i) =>
        runRow({ id: ids[i] ?? freshId(), incarnation }),
      );
      for (const row of spared) await putWhole(store, row);
      await putWhole(store, removed);

      await store.deleteRun(removed);

      await isGone(store, removed);
      for (const row of spared) await isWhole(store, row);
    },
  },
  {
    id: "delete-run.row-alone",
    behaviour: "deleteRun of a row leaves a journal that is not of its incarnation",
    async prove({ store }) {
      const other = freshId();
      const row = await putWhole(store, runRow());
      await putWhole(store, runRow({ incarnation: other }), { withRow: false });

      await store.deleteRun(row);

      await hasJournal(store, other);
    },
  },
];

function alikeNames(name: string): string[] {
  const ends = ["1", "10", "#1", "#", ":1", "/1", "0", "_", "%", "~"];
  return [name.slice(0, -1), ...ends.map((end) => name + end)];
}
