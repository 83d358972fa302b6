import { type Fault, of, ofHandle } from "./fault.ts";

/** Faults of stores that look at a clock: times are the core's, whose clocks may be wrong by hours. */
export const clockFaults: readonly Fault[] = [
  {
    id: "clock-stamps-rows",
    breaks: "an update sets updatedAt to the store's own time",
    caughtBy: ["update-run.patch", "get-run.consistent"],
    make: ofHandle((store) => ({
      updateRun: (ref, patch, guard) =>
        store.updateRun(ref, { ...patch, updatedAt: Date.now() }, guard),
    })),
  },
  {
    id: "clock-stamps-inserts",
    breaks: "insertRun sets createdAt to the store's own time",
    caughtBy: ["insert-run.absent", "run-fields.numbers"],
    make: ofHandle((store) => ({
      insertRun: (row) => store.insertRun({ ...row, createdAt: Date.now() }),
    })),
  },
  {
    id: "clock-stamps-records",
    breaks: "an append sets the time of its record to the store's own",
    caughtBy: ["append.empty-slot", "record-fields.numbers"],
    make: ofHandle((store) => ({
      append: (journal, record) => store.append(journal, { ...record, at: Date.now() }),
    })),
  },
  {
    id: "clock-decides-due",
    breaks: "rows are due by the store's own time, whatever `before` says",
    caughtBy: ["list-due.inclusive"],
    make: ofHandle((store) => ({
      listRuns: (query) =>
        store.listRuns(
          query.due === undefined
            ? query
            : { ...query, due: { queue: query.due.queue, before: Date.now() } },
        ),
    })),
  },
  {
    id: "clock-guards-leases",
    breaks: "a claim is refused as long as the lease is not over by the store's own time",
    caughtBy: of("zombie", "save complete fail release clock-ahead"),
    make: ofHandle((store) => ({
      async updateRun(ref, patch, guard) {
        const row = await store.getRun(ref.id);
        const isClaim = row !== undefined && (patch.generation ?? 0) > row.generation;
        if (isClaim && row.owner !== "" && row.dueAt > Date.now()) return false;
        return store.updateRun(ref, patch, guard);
      },
    })),
  },
  {
    id: "clock-expires-rows",
    breaks: "a row that has ended is gone when its updatedAt is older than a month",
    caughtBy: ["run-fields.statuses", "list-created.follows"],
    make: ofHandle((store) => ({
      async getRun(id) {
        const row = await store.getRun(id);
        return row !== undefined && isExpired(row) ? undefined : row;
      },
      async listRuns(query) {
        const page = await store.listRuns(query);
        return { ...page, runs: page.runs.filter((row) => !isExpired(row)) };
      },
    })),
  },
  {
    id: "clock-expires-records",
    breaks: "records older than a month are gone",
    caughtBy: ["append.empty-slot", ...of("read-journal", "order whole from consistent")],
    make: ofHandle((store) => ({
      async *readJournal(journal, options) {
        for await (const record of store.readJournal(journal, options))
          if (record.at > Date.now() - monthMs) yield record;
      },
    })),
  },
];

const monthMs = 30 * 24 * 3_600_000;

function isExpired({
  status,
  updatedAt,
}: {
  readonly status: string;
  readonly updatedAt: number;
}): boolean {
  return (status === "completed" || status === "failed") && updatedAt < Date.now() - monthMs;
}
