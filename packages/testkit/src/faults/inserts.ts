import type { RunRow } from "@executus/core";
import { type Fault, ofDatabase, ofHandle, tick } from "./fault.ts";

/** Faults of putting rows. */
export const insertFaults: readonly Fault[] = [
  {
    id: "insert-denies",
    breaks: "insertRun says false although it put the row",
    caughtBy: ["insert-run.absent", "insert-run.after-removal"],
    make: ofHandle((store) => ({
      async insertRun(row) {
        await store.insertRun(row);
        return false;
      },
    })),
  },
  {
    id: "insert-always-true",
    breaks: "insertRun says true also when the run has a row",
    caughtBy: ["insert-run.present", "insert-run.repeated", "insert-run.late-repeat"],
    make: ofHandle((store) => ({
      async insertRun(row) {
        await store.insertRun(row);
        return true;
      },
    })),
  },
  {
    id: "insert-replaces",
    breaks: "insertRun says false, but replaces the row that is there",
    caughtBy: [
      "insert-run.present",
      "insert-run.late-repeat",
      "late.phases",
      "late.loop",
      "late.shutdown",
      "ambiguous.phases",
      "ambiguous.loop",
      "ambiguous.shutdown",
    ],
    make: ofHandle((store) => ({
      async insertRun(row) {
        const old = await store.getRun(row.id);
        if (old !== undefined) await store.deleteRun(old);
        return (await store.insertRun(row)) && old === undefined;
      },
    })),
  },
  {
    id: "insert-looks-first",
    breaks: "insertRun looks whether there is a row, and puts one in a second step",
    caughtBy: ["insert-run.one-winner", "insert-run.one-winner-handles", "race.begin"],
    make: ofHandle((store) => ({
      async insertRun(row) {
        if ((await store.getRun(row.id)) !== undefined) return false;
        await tick();
        await store.insertRun(row);
        return true;
      },
    })),
  },
  {
    id: "insert-locks-handle",
    breaks: "insertRun knows only of rows that its own handle put",
    caughtBy: ["insert-run.one-winner-handles", "durable.slots", "race.begin"],
    make: ofHandle((store) => {
      const put = new Set<string>();
      return {
        async insertRun(row) {
          if (put.has(row.id)) return false;
          put.add(row.id);
          await store.insertRun(row);
          return true;
        },
      };
    }),
  },
  {
    id: "insert-tombstones",
    breaks: "the id of a run that was removed stays taken",
    caughtBy: ["insert-run.after-removal"],
    make: ofDatabase(
      () => new Set<string>(),
      (store, removed) => ({
        insertRun: async (row) => !removed.has(row.id) && store.insertRun(row),
        async deleteRun(ref) {
          removed.add(ref.id);
          await store.deleteRun(ref);
        },
      }),
    ),
  },
  {
    id: "rows-by-reference",
    breaks: "the store keeps the very row that it was handed",
    caughtBy: ["insert-run.copies"],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, rows) => ({
        async insertRun(row) {
          rows.set(row.id, row);
          return store.insertRun(row);
        },
        getRun: async (id) => rows.get(id) ?? store.getRun(id),
      }),
    ),
  },
  {
    id: "rows-given-by-reference",
    breaks: "the store gives out the very row that it keeps",
    caughtBy: ["insert-run.copies"],
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store, rows) => ({
        async getRun(id) {
          const row = rows.get(id) ?? (await store.getRun(id));
          if (row !== undefined) rows.set(id, row);
          return row;
        },
      }),
    ),
  },
];
