import type { JournalRecord } from "@executus/core";
import { collect, readAll } from "../fixtures.ts";
import { type Fault, of, ofHandle } from "./fault.ts";

/** Faults of reads that do not show what was written. */
export const staleReadFaults: readonly Fault[] = [
  {
    id: "last-record-hides-requests",
    breaks: "lastRecord passes over requests",
    caughtBy: [
      ...of("crash-before", "cancel"),
      ...of("crash-after", "cancel"),
      ...of("late", "cancel"),
      ...of("cancel", "met-by-heartbeat twice"),
    ],
    make: ofHandle((store) => ({
      lastRecord: async (journal) =>
        (await readAll(store, journal)).findLast(({ type }) => type !== "request"),
    })),
  },
  {
    id: "journal-of-2000",
    breaks: "no more than 2,000 records of a journal are read",
    caughtBy: ["read-journal.whole", "resume.thousands"],
    make: reading((records) => records.slice(0, 2_000)),
  },
  {
    id: "get-hides-deleting",
    breaks: "getRun shows no row that is being deleted",
    caughtBy: [
      "run-fields.statuses",
      "crash-before.delete",
      "crash-after.delete",
      "ambiguous.delete",
      "recreated.late-delete",
    ],
    make: ofHandle((store) => ({
      async getRun(id) {
        const row = await store.getRun(id);
        return row?.status === "deleting" ? undefined : row;
      },
    })),
  },
  {
    id: "get-makes-rows",
    breaks: "getRun of an unknown run makes a row for it",
    caughtBy: ["get-run.consistent", "exit.invalid-input"],
    make: ofHandle((store) => ({
      async getRun(id) {
        const row = await store.getRun(id);
        if (row !== undefined) return row;
        const made = {
          incarnation: `made-${id}`,
          queue: "",
          definition: "",
          version: "1",
          code: "",
        };
        const times = { generation: 1, owner: "", dueAt: 0, createdAt: 0, updatedAt: 0 };
        await store.insertRun({ id, status: "completed", ...made, ...times });
        return undefined;
      },
    })),
  },
];

function reading(
  change: (records: readonly JournalRecord[]) => readonly JournalRecord[],
): Fault["make"] {
  return ofHandle((store) => ({
    async *readJournal(journal, { fromSeq }) {
      const records = change(await collect(store.readJournal(journal, { fromSeq: 1 })));
      yield* records.filter(({ seq }) => seq >= fromSeq);
    },
  }));
}
