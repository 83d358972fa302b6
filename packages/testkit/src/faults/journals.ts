import type { JournalRecord, RunStore } from "@executus/core";
import { collect, journalRecord, readAll } from "../fixtures.ts";
import { type Fault, ofDatabase, ofHandle } from "./fault.ts";

/** Faults of reading journals. */
export const journalFaults: readonly Fault[] = [
  {
    id: "journal-made-up",
    breaks: "an unknown journal has a first record",
    caughtBy: ["read-journal.unknown", "last-record.unknown"],
    make: ofHandle((store) => ({
      readJournal: readAs(store, (records) => (records.length > 0 ? records : [journalRecord(1)])),
      lastRecord: async (journal) => (await store.lastRecord(journal)) ?? journalRecord(1),
    })),
  },
  {
    id: "journal-orders-text",
    breaks: "slots are ordered as texts: 10 before 9",
    caughtBy: ["read-journal.order", "last-record.highest"],
    make: orderedBy((record) => `${record.seq}`),
  },
  {
    id: "journal-orders-three-digits",
    breaks: "slots are ordered as texts of three digits",
    caughtBy: ["read-journal.order", "last-record.highest"],
    make: orderedBy((record) => `${record.seq}`.padStart(3, "0")),
  },
  {
    id: "journal-orders-four-digits",
    breaks: "slots are ordered as texts of four digits",
    caughtBy: ["read-journal.whole"],
    make: orderedBy((record) => `${record.seq}`.padStart(4, "0")),
  },
  {
    id: "last-record-four-digits",
    breaks: "the highest slot is found among texts of four digits",
    caughtBy: ["read-journal.whole"],
    make: ofHandle((store) => ({
      async lastRecord(journal) {
        const last = await store.lastRecord(journal);
        if (last === undefined || last.seq < 10_000) return last;
        return (await readAll(store, journal, 9_999))[0];
      },
    })),
  },
  {
    id: "journal-one-page",
    breaks: "a journal is read up to the first page of the database, of 5,000 records",
    caughtBy: ["read-journal.whole", "resume.thousands"],
    make: ofHandle((store) => ({
      readJournal: readAs(store, (records) => records.slice(0, 5_000)),
    })),
  },
  {
    id: "journal-after-from",
    breaks: "a journal is read from after fromSeq",
    caughtBy: ["read-journal.from"],
    make: ofHandle((store) => ({
      readJournal: (journal, { fromSeq }) =>
        store.readJournal(journal, { fromSeq: fromSeq === 1 ? 1 : fromSeq + 1 }),
    })),
  },
  {
    id: "journal-whole-always",
    breaks: "a journal is read from slot 1 whatever fromSeq says",
    caughtBy: ["read-journal.from", "read-journal.past-end"],
    make: ofHandle((store) => ({
      readJournal: (journal) => store.readJournal(journal, { fromSeq: 1 }),
    })),
  },
  {
    id: "journal-clamps-from",
    breaks: "a journal that is read from past its end yields its last record",
    caughtBy: ["read-journal.past-end"],
    make: ofHandle((store) => ({
      async *readJournal(journal, { fromSeq }) {
        const last = (await store.lastRecord(journal))?.seq ?? 1;
        yield* store.readJournal(journal, { fromSeq: Math.min(fromSeq, last) });
      },
    })),
  },
  {
    id: "journal-caches",
    breaks: "a handle gives the journal that it read before, whatever others appended since",
    caughtBy: ["read-journal.consistent"],
    make: ofHandle((store) => {
      const cache = new Map<string, Promise<JournalRecord[]>>();
      return {
        async *readJournal(journal, { fromSeq }) {
          const records = cache.get(journal) ?? readAll(store, journal);
          cache.set(journal, records);
          yield* (await records).filter((record) => record.seq >= fromSeq);
        },
      };
    }),
  },
  {
    id: "journal-keeps-connections",
    breaks: "a reading that is abandoned keeps its connection, of which there are ten",
    caughtBy: ["read-journal.abandoned"],
    make: ofHandle((store) => {
      let taken = 0;
      return {
        async *readJournal(journal, options) {
          if (taken === 10) throw new Error("no connection is free");
          taken += 1;
          yield* store.readJournal(journal, options);
          taken -= 1;
        },
      };
    }),
  },
  {
    id: "journal-stops-at-writes",
    breaks: "a reading ends when something is appended meanwhile",
    caughtBy: ["read-journal.writes-meanwhile"],
    make: ofDatabase(
      () => ({ writes: 0 }),
      (store, shared) => ({
        append(journal, record) {
          shared.writes += 1;
          return store.append(journal, record);
        },
        async *readJournal(journal, options) {
          const { writes } = shared;
          for await (const record of store.readJournal(journal, options)) {
            if (shared.writes !== writes) return;
            yield record;
          }
        },
      }),
    ),
  },
  {
    id: "journal-one-reading",
    breaks: "a reading ends when another one begins on the same handle",
    caughtBy: ["read-journal.interleaved"],
    make: ofHandle((store) => {
      let newest = 0;
      return {
        async *readJournal(journal, options) {
          newest += 1;
          const own = newest;
          for await (const record of store.readJournal(journal, options)) {
            if (own !== newest) return;
            yield record;
          }
        },
      };
    }),
  },
];

function readAs(
  store: RunStore,
  change: (records: readonly JournalRecord[]) => readonly JournalRecord[],
): RunStore["readJournal"] {
  return async function* readJournal(journal, options) {
    yield* change(await collect(store.readJournal(journal, options)));
  };
}

function orderedBy(key: (record: JournalRecord) => string): Fault["make"] {
  const ordered = (records: readonly JournalRecord[]): JournalRecord[] =>
    records.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return ofHandle((store) => ({
    readJournal: readAs(store, ordered),
    lastRecord: async (journal) => ordered(await readAll(store, journal)).at(-1),
  }));
}
