import type { JournalRecord } from "@executus/core";
import { type Fault, force, of, ofDatabase, ofHandle } from "./fault.ts";

/** What goes wrong at a store call of a run whose phases share their names. */
const mishapsOfNames = ["crash-before", "crash-after", "late", "ambiguous"].flatMap((area) =>
  of(area, "duplicate-names"),
);

/** Faults that only whole runs meet. */
export const wholeRunFaults: readonly Fault[] = [
  {
    id: "rows-keep-generation",
    breaks: "an update leaves the generation of a row as it is",
    caughtBy: ["update-run.patch", "exit.builder-throws"],
    make: ofHandle((store) => ({
      updateRun: (ref, { generation: _generation, ...patch }, guard) =>
        store.updateRun(ref, patch, guard),
    })),
  },
  {
    id: "rows-keep-owner",
    breaks: "an update leaves the owner of a row as it is",
    caughtBy: [
      "update-run.patch",
      "exit.shutdown",
      "exit.shutdown-alias",
      "exit.built-definition-changed",
      "retry.elsewhere",
    ],
    make: ofHandle((store) => ({
      updateRun: (ref, { owner: _owner, ...patch }, guard) => store.updateRun(ref, patch, guard),
    })),
  },
  {
    id: "rows-any-update",
    breaks: "an update is made whatever its guard says",
    caughtBy: [
      ...of("update-run", "guard-incarnation guard-status guard-generation"),
      ...of(
        "late",
        "resume retry heartbeat-after-claim heartbeat-after-end",
        "heartbeat-after-deletion",
      ),
    ],
    make: ofHandle((store) => ({ updateRun: (ref, patch) => force(store, ref.id, patch) })),
  },
  {
    id: "handle-alone",
    breaks: "a handle that has put a record is told nothing of what others do with that run",
    caughtBy: [
      ...of("zombie", "heartbeat heartbeat-after-end"),
      ...of("cancel", "met-by-heartbeat"),
      ...of("recreated", "old-save old-failure old-heartbeat"),
    ],
    make: ofHandle((store) => {
      const last = new Map<string, JournalRecord>();
      return {
        async append(journal, record) {
          const put = await store.append(journal, record);
          if (put) last.set(journal, record);
          return put;
        },
        lastRecord: async (journal) => last.get(journal) ?? store.lastRecord(journal),
        updateRun: async (ref, patch, guard) =>
          (await store.updateRun(ref, patch, guard)) || last.has(ref.incarnation),
      };
    }),
  },
  {
    id: "insert-joins",
    breaks: "insertRun says true for a run that is there, and gives it a new incarnation",
    caughtBy: ["insert-run.present", "late.shutdown"],
    make: ofHandle((store) => ({
      async insertRun(row) {
        if (await store.insertRun(row)) return true;
        const there = await store.getRun(row.id);
        if (there === undefined) return false;
        await store.deleteRun(there);
        return store.insertRun(row);
      },
    })),
  },
  {
    id: "journals-by-run",
    breaks: "an append to the journal of a run that was begun again goes to the end of the new one",
    caughtBy: ["recreated.old-save", "recreated.old-failure"],
    make: ofDatabase(
      () => ({ ids: new Map<string, string>(), newest: new Map<string, string>() }),
      (store, { ids, newest }) => ({
        insertRun(row) {
          ids.set(row.incarnation, row.id);
          newest.set(row.id, row.incarnation);
          return store.insertRun(row);
        },
        async append(journal, record) {
          const current = newest.get(ids.get(journal) ?? "") ?? journal;
          if (current === journal) return store.append(journal, record);
          const seq = ((await store.lastRecord(current))?.seq ?? 0) + 1;
          return store.append(current, { ...record, seq });
        },
      }),
    ),
  },
  deduplicated(
    "phases",
    "a save of a phase whose name was saved before",
    [...of("duplicate-names", "apart adjacent three-times"), ...mishapsOfNames],
    (names, name) => names.includes(name),
  ),
  deduplicated(
    "next-phases",
    "a save of a phase with the name of the one before it",
    [...of("duplicate-names", "adjacent three-times"), ...mishapsOfNames],
    (names, name) => names.at(-1) === name,
  ),
];

/** A store that takes a save for a repetition of an earlier one. */
function deduplicated(
  id: string,
  what: string,
  caughtBy: readonly string[],
  isSeen: (names: readonly string[], name: string) => boolean,
): Fault {
  return {
    id: `deduplicated-${id}`,
    breaks: `${what} is taken for a repetition, acknowledged and forgotten`,
    caughtBy,
    make: ofDatabase(
      () => new Map<string, string[]>(),
      (store, seen) => ({
        async append(journal, record) {
          const [, name] = /"name":"([^"]*)"/.exec(String(record.data)) ?? [];
          if (record.type !== "save" || name === undefined) return store.append(journal, record);
          const names = seen.get(journal) ?? [];
          seen.set(journal, [...names, name]);
          return isSeen(names, name) || store.append(journal, record);
        },
      }),
    ),
  };
}
