import type { RunRow } from "@executus/core";
import { type Fault, of, ofDatabase, ofHandle } from "./fault.ts";

/** Faults of writes that are acknowledged and forgotten, whatever they hold. Of records by type: lost-records.ts. */
export const lostWriteFaults: readonly Fault[] = [
  {
    id: "insert-loses",
    breaks: "insertRun says true, and puts nothing",
    caughtBy: [
      "insert-run.after-removal",
      ...of("run-fields", "statuses numbers empty texts long"),
    ],
    make: ofHandle(() => ({ insertRun: async () => true })),
  },
  {
    id: "update-loses",
    breaks: "updateRun says true whenever there is such a row, and changes nothing",
    caughtBy: [...of("update-run", "patch empty-values every-status"), "get-run.consistent"],
    make: ofHandle((store) => ({
      async updateRun({ id, incarnation }, _patch, { status, maxGeneration }) {
        const row = await store.getRun(id);
        if (row?.incarnation !== incarnation || row.status !== status) return false;
        return row.generation <= maxGeneration;
      },
    })),
  },
  {
    id: "put-chunk-loses",
    breaks: "putChunk resolves, and puts nothing",
    caughtBy: [
      ...of("chunks", "order repeated apart consistent"),
      ...of("chunk-data", "bytes copies largest"),
    ],
    make: ofHandle(() => ({ async putChunk() {} })),
  },
  {
    id: "delete-loses",
    breaks: "deleteRun resolves, and removes nothing",
    caughtBy: of("delete-run", "whole marked without-row torn-chunks large"),
    make: ofHandle(() => ({ async deleteRun() {} })),
  },
  {
    id: "insert-upserts",
    breaks: "insertRun says true when the run has a row, and replaces that row",
    caughtBy: [
      ...of("insert-run", "present repeated late-repeat one-winner one-winner-handles"),
      "durable.slots",
    ],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, newest) => ({
        async insertRun(row) {
          const old = await store.getRun(row.id);
          if (old !== undefined) {
            await store.updateRun(old, row, { status: old.status, maxGeneration: old.generation });
          }
          newest.set(row.id, row);
          return old !== undefined || store.insertRun(row);
        },
        async getRun(id) {
          const row = await store.getRun(id);
          const incarnation = newest.get(id)?.incarnation;
          return row && { ...row, ...(incarnation !== undefined && { incarnation }) };
        },
      }),
    ),
  },
];
