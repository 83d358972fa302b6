import type { RunStore } from "@executus/core";
import type { Database } from "./database.ts";
import type { Life } from "./life.ts";

/** Makes a store of one process that breaks the contract in one way. */
export type Breakage = (store: RunStore, database: Database, life: Life) => RunStore;

/** Stores that the simulation must notice, by what they do wrong. */
export const breakages: Readonly<Record<string, Breakage>> = {
  "put-if-absent is not atomic": (store, database, life) => ({
    ...store,
    append: async (journal, record) => {
      const there = await store.lastRecord(journal);
      if (there !== undefined && there.seq >= record.seq) return false;
      await store.getRun("nobody");
      database.overwriteRecord(journal, record, life.name);
      return true;
    },
  }),
  "the last record is stale": (store, database) => ({
    ...store,
    lastRecord: async (journal) => {
      const last = await store.lastRecord(journal);
      const before = last && database.readJournal(journal, last.seq - 1, 1)[0];
      return before ?? last;
    },
  }),
  "the guard of an update is ignored": (store, database, life) => ({
    ...store,
    updateRun: async (ref, patch) => {
      const row = await store.getRun(ref.id);
      if (row?.incarnation !== ref.incarnation) return false;
      database.overwriteRun(row, patch, life.name);
      return true;
    },
  }),
  "the generation of a guard is ignored": (store) => ({
    ...store,
    updateRun: (ref, patch, { status }) =>
      store.updateRun(ref, patch, { status, maxGeneration: Infinity }),
  }),
  "a removal takes the row whatever its incarnation (F12)": (store, database, life) => ({
    ...store,
    deleteRun: async (ref) => {
      await store.deleteRun(ref);
      const row = database.getRun(ref.id);
      if (row !== undefined) database.removeRow(row, life.name);
    },
  }),
  "an insert replaces a row that is there": (store, database, life) => ({
    ...store,
    insertRun: async (row) => {
      const there = await store.getRun(row.id);
      if (there !== undefined) database.removeRow(there, life.name);
      return store.insertRun(row);
    },
  }),
  "an append is acknowledged and forgotten": (store) => ({
    ...store,
    append: (journal, record) =>
      record.type === "save" && record.seq % 3 === 0
        ? Promise.resolve(true)
        : store.append(journal, record),
  }),
};
