import type { RunPatch, RunRow } from "@executus/core";
import { type Fault, ofDatabase, ofHandle } from "./fault.ts";

/** Faults of what outlives a handle. */
export const durabilityFaults: readonly Fault[] = [
  {
    id: "disposal-loses-runs",
    breaks: "what a handle wrote is gone when it is disposed of",
    caughtBy: ["durable.runs", "durable.updates", "durable.slots", "resume.reopened"],
    make: ofHandle((store) => {
      const put: RunRow[] = [];
      return {
        async insertRun(row) {
          const first = await store.insertRun(row);
          if (first) put.push(row);
          return first;
        },
        async [Symbol.asyncDispose]() {
          for (const row of put.splice(0)) await store.deleteRun(row);
          await store[Symbol.asyncDispose]();
        },
      };
    }),
  },
  {
    id: "updates-unwritten",
    breaks: "updates are kept in the handle and never written",
    caughtBy: ["durable.updates", "get-run.consistent"],
    make: ofHandle((store) => {
      const patches = new Map<string, RunPatch>();
      return {
        async updateRun({ id, incarnation }, patch) {
          patches.set(id, patch);
          return (await store.getRun(id))?.incarnation === incarnation;
        },
        async getRun(id) {
          const row = await store.getRun(id);
          return row && { ...row, ...patches.get(id) };
        },
      };
    }),
  },
  {
    id: "removals-unwritten",
    breaks: "opening brings back rows that were removed",
    caughtBy: ["durable.removals", "late.delete"],
    make: ofDatabase(
      () => [] as RunRow[],
      (store, removed) => ({
        async open() {
          await store.open();
          for (const row of removed) await store.insertRun(row);
        },
        async deleteRun(ref) {
          const row = await store.getRun(ref.id);
          if (row !== undefined) removed.push(row);
          await store.deleteRun(ref);
        },
      }),
    ),
  },
];
