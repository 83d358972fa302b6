import { equal } from "node:assert/strict";
import type { RunPatch, RunRow, RunStore } from "@executus/core";
import { maxNumber, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

const updatedAt = 1_000_000_500;

/** What an update changes, and when it may. Who wins: update-races.ts. */
export const updateRunScenarios: readonly Scenario[] = [
  {
    id: "update-run.patch",
    behaviour: "updateRun changes the members that its patch names, and no other",
    async prove({ store }) {
      const patches: readonly RunPatch[] = [
        { updatedAt },
        { updatedAt, status: "completed" },
        { updatedAt, code: "EXECUTUS_CANCELLED" },
        { updatedAt, generation: 4 },
        { updatedAt, owner: "owner-2" },
        { updatedAt, dueAt: 2_000_000_000 },
        { updatedAt, status: "failed", code: "E", generation: 4, owner: "owner-2", dueAt: 5 },
        { updatedAt: maxNumber, generation: maxNumber, dueAt: maxNumber },
      ];

      for (const patch of patches) {
        const row = runRow({ generation: 3, code: "OLD" });
        await store.insertRun(row);

        equal(await store.updateRun(row, patch, { status: "active", maxGeneration: 3 }), true);

        same(await store.getRun(row.id), { ...row, ...patch });
      }
    },
  },
  {
    id: "update-run.empty-values",
    behaviour: "updateRun sets an empty owner, an empty code and a dueAt of 0 like any other value",
    async prove({ store }) {
      const row = runRow({ code: "EXECUTUS_CANCELLED" });
      const patch = { owner: "", code: "", dueAt: 0, updatedAt };
      await store.insertRun(row);

      equal(await store.updateRun(row, patch, { status: "active", maxGeneration: 1 }), true);

      same(await store.getRun(row.id), { ...row, ...patch });
    },
  },
  {
    id: "update-run.guard-incarnation",
    behaviour: "updateRun of another incarnation says false, and changes nothing",
    async prove({ store }) {
      const row = runRow();
      const other = { id: row.id, incarnation: runRow().incarnation };
      await store.insertRun(row);

      equal(await update(store, other, { status: "active", maxGeneration: 1 }), false);

      same(await store.getRun(row.id), row);
    },
  },
  {
    id: "update-run.guard-status",
    behaviour: "updateRun under a guard of another status says false, and changes nothing",
    async prove({ store }) {
      for (const status of ["completed", "failed", "deleting"] as const) {
        const row = runRow({ status });
        const active = runRow();
        await store.insertRun(row);
        await store.insertRun(active);

        equal(await update(store, row, { status: "active", maxGeneration: 1 }), false);
        equal(await update(store, active, { status, maxGeneration: 1 }), false);

        same(await store.getRun(row.id), row);
        same(await store.getRun(active.id), active);
      }
    },
  },
  {
    id: "update-run.guard-generation",
    behaviour:
      "updateRun of a row with a generation above the guard's says false, changing nothing",
    async prove({ store }) {
      for (const generation of [2, 10, 2 ** 32, maxNumber]) {
        const row = runRow({ generation });
        await store.insertRun(row);

        const guard = { status: "active", maxGeneration: generation - 1 } as const;
        equal(await update(store, row, guard), false);

        same(await store.getRun(row.id), row);
      }
    },
  },
  {
    id: "update-run.generation-holds",
    behaviour: "updateRun of a row with the guard's generation, or a lower one, says true",
    async prove({ store }) {
      for (const [generation, maxGeneration] of [
        [1, 1],
        [1, 2],
        [9, 10],
        [maxNumber, maxNumber],
      ] as const) {
        const row = runRow({ generation });
        await store.insertRun(row);

        equal(await update(store, row, { status: "active", maxGeneration }), true);

        same(await store.getRun(row.id), { ...row, owner: "owner-2", updatedAt });
      }
    },
  },
  {
    id: "update-run.every-status",
    behaviour: "updateRun changes a row of each status under a guard of that status",
    async prove({ store }) {
      for (const status of ["active", "completed", "failed", "deleting"] as const) {
        const row = runRow({ status });
        await store.insertRun(row);

        equal(await update(store, row, { status, maxGeneration: 1 }), true);

        same(await store.getRun(row.id), { ...row, owner: "owner-2", updatedAt });
      }
    },
  },
  {
    id: "update-run.no-row",
    behaviour: "updateRun of a run without a row says false, and makes none",
    async prove({ store }) {
      const never = runRow();
      const removed = runRow();
      await store.insertRun(removed);
      await store.deleteRun(removed);

      for (const row of [never, removed]) {
        equal(await update(store, row, { status: "active", maxGeneration: maxNumber }), false);

        equal(await store.getRun(row.id), undefined);
      }
    },
  },
];

function update(
  store: RunStore,
  ref: Pick<RunRow, "id" | "incarnation">,
  guard: Parameters<RunStore["updateRun"]>[2],
): Promise<boolean> {
  const { id, incarnation } = ref;
  return store.updateRun({ id, incarnation }, { owner: "owner-2", updatedAt }, guard);
}
