import type { JournalRecord } from "@executus/core";
import { type Fault, ofDatabase, ofHandle, tick } from "./fault.ts";

/** Faults of putting records into slots. */
export const slotFaults: readonly Fault[] = [
  {
    id: "append-denies",
    breaks: "append says false although it put the record",
    caughtBy: ["append.empty-slot", "append.without-row"],
    make: ofHandle((store) => ({
      async append(journal, record) {
        await store.append(journal, record);
        return false;
      },
    })),
  },
  {
    id: "append-loses",
    breaks: "append says true, but every second slot stays empty",
    caughtBy: ["append.empty-slot"],
    make: ofHandle((store) => ({
      append: async (journal, record) => record.seq % 2 === 0 || store.append(journal, record),
    })),
  },
  {
    id: "append-always-true",
    breaks: "append says true also when the slot is taken",
    caughtBy: ["append.taken-slot", "append.repeated", "append.one-winner", "durable.slots"],
    make: ofHandle((store) => ({
      async append(journal, record) {
        await store.append(journal, record);
        return true;
      },
    })),
  },
  replacing({
    id: "append-replaces",
    breaks: "append says false, but replaces the record that is there",
    caughtBy: ["append.taken-slot", "append.one-winner", "cancel.too-late", "retry.cancelled"],
    says: false,
  }),
  replacing({
    id: "append-upserts",
    breaks: "append says true when the slot is taken, and replaces the record that is there",
    caughtBy: ["append.taken-slot", "append.repeated", "append.one-winner", "zombie.save"],
    says: true,
  }),
  {
    id: "append-knows-nonces",
    breaks: "append says true again if the slot holds the same nonce",
    caughtBy: ["append.repeated"],
    make: ofHandle((store) => ({
      async append(journal, record) {
        if (await store.append(journal, record)) return true;
        return (await store.lastRecord(journal))?.nonce === record.nonce;
      },
    })),
  },
  {
    id: "append-looks-first",
    breaks: "append looks whether the slot is empty, and writes in a second step",
    caughtBy: ["append.one-winner", "append.one-winner-handles", "race.cancel"],
    make: ofHandle((store) => ({
      async append(journal, record) {
        const last = await store.lastRecord(journal);
        if (last !== undefined && last.seq >= record.seq) return false;
        await tick();
        await store.append(journal, record);
        return true;
      },
    })),
  },
  {
    id: "append-locks-handle",
    breaks: "append knows only of slots that its own handle filled",
    caughtBy: [
      "append.one-winner-handles",
      "append.repeated",
      "durable.slots",
      "zombie.complete",
      "zombie.fail",
      "cancel.too-late",
    ],
    make: ofHandle((store) => {
      const filled = new Set<string>();
      return {
        async append(journal, record) {
          const slot = `${journal} ${record.seq}`;
          if (filled.has(slot)) return false;
          filled.add(slot);
          await store.append(journal, record);
          return true;
        },
      };
    }),
  },
  {
    id: "append-needs-row",
    breaks: "append says false if no row has that incarnation",
    caughtBy: ["append.without-row"],
    make: ofDatabase(
      () => new Set<string>(),
      (store, incarnations) => ({
        insertRun(row) {
          incarnations.add(row.incarnation);
          return store.insertRun(row);
        },
        append: async (journal, record) =>
          incarnations.has(journal) && store.append(journal, record),
      }),
    ),
  },
  journalsFolded("separators", (journal) => journal.split(/[#:/]/)[0] ?? ""),
  journalsFolded("length", (journal) => journal.slice(0, 36)),
  {
    id: "journals-by-prefix",
    breaks: "a journal is read together with those whose names begin alike",
    caughtBy: ["append.journals-apart"],
    make: ofDatabase(
      () => new Set<string>(),
      (store, journals) => ({
        append(journal, record) {
          journals.add(journal);
          return store.append(journal, record);
        },
        async *readJournal(journal, options) {
          for (const name of journals) {
            if (name.startsWith(journal)) yield* store.readJournal(name, options);
          }
        },
      }),
    ),
  },
];

function journalsFolded(what: string, fold: (journal: string) => string): Fault {
  return {
    id: `journals-folded-${what}`,
    breaks: `journals whose names differ in ${what} alone are one journal`,
    caughtBy: ["append.journals-apart"],
    make: ofHandle((store) => ({
      append: (journal, record) => store.append(fold(journal), record),
      readJournal: (journal, options) => store.readJournal(fold(journal), options),
      lastRecord: (journal) => store.lastRecord(fold(journal)),
    })),
  };
}

/** A store that puts a record whatever is in its slot. */
function replacing({
  says,
  ...told
}: Omit<Fault, "make"> & {
  /** Its answer where the slot was taken. */
  readonly says: boolean;
}): Fault {
  return {
    ...told,
    make: ofDatabase(
      () => new Map<string, JournalRecord>(),
      (store, newest) => {
        const newestOf = (journal: string, record: JournalRecord): JournalRecord =>
          newest.get(`${journal} ${record.seq}`) ?? record;
        return {
          async append(journal, record) {
            newest.set(`${journal} ${record.seq}`, record);
            return (await store.append(journal, record)) || says;
          },
          async *readJournal(journal, options) {
            for await (const record of store.readJournal(journal, options)) {
              yield newestOf(journal, record);
            }
          },
        };
      },
    ),
  };
}
