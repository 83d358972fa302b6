import type { JournalRecord } from "@executus/core";
import { collect } from "../fixtures.ts";
import { type Fault, of, ofDatabase } from "./fault.ts";

/** Faults of appends to slots that are taken. */
export const takenSlotFaults: readonly Fault[] = [
  replacing("save", [
    "append.taken-slot",
    "zombie.save",
    "zombie.save-after-end",
    "zombie.clock-ahead",
    "cancel.met-by-save",
  ]),
  replacing("complete", [
    ...of("zombie", "complete"),
    ...of("late", "phases chunks loop agent resume retry"),
  ]),
  replacing("fail", ["zombie.fail", "late.cancel"]),
  replacing("release", ["zombie.release"]),
  {
    id: "taken-slot-goes-on",
    breaks: "an append to a taken slot goes to the next one that is empty, and says true",
    caughtBy: ["append.taken-slot", "append.repeated", "ambiguous.resume", "retry.at-once"],
    make: ofDatabase(
      () => undefined,
      (store) => ({
        async append(journal, record) {
          if (await store.append(journal, record)) return true;
          const last = await store.lastRecord(journal);
          return store.append(journal, { ...record, seq: (last?.seq ?? 0) + 1 });
        },
      }),
    ),
  },
  {
    id: "taken-slot-repeats",
    breaks: "an append that is repeated puts its record a second time, into the next slot",
    caughtBy: [
      "append.repeated",
      ...of("ambiguous", "phases loop agent resume shutdown cancel retry"),
    ],
    make: ofDatabase(
      () => undefined,
      (store) => ({
        async append(journal, record) {
          if (await store.append(journal, record)) return true;
          const [there] = await collect(store.readJournal(journal, { fromSeq: record.seq }));
          if (there?.nonce !== record.nonce) return false;
          return store.append(journal, { ...record, seq: record.seq + 1 });
        },
      }),
    ),
  },
];

/** A store in which records of a type take the place of what is there. */
function replacing(type: string, caughtBy: readonly string[]): Fault {
  return {
    id: `taken-slot-replaced-by-${type}`,
    breaks: `a record of the type "${type}" replaces what is in its slot`,
    caughtBy,
    make: ofDatabase(
      () => new Map<string, JournalRecord>(),
      (store, newest) => {
        const newestOf = (journal: string, record: JournalRecord): JournalRecord =>
          newest.get(`${journal} ${record.seq}`) ?? record;
        return {
          async append(journal, record) {
            if (await store.append(journal, record)) return true;
            if (record.type === type) newest.set(`${journal} ${record.seq}`, record);
            return record.type === type;
          },
          async *readJournal(journal, options) {
            for await (const record of store.readJournal(journal, options)) {
              yield newestOf(journal, record);
            }
          },
          async lastRecord(journal) {
            const record = await store.lastRecord(journal);
            return record && newestOf(journal, record);
          },
        };
      },
    ),
  };
}
