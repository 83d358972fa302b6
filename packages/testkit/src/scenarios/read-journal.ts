import { equal } from "node:assert/strict";
import { fillJournal, freshId, journalRecord, readAll } from "../fixtures.ts";
import { same, sameList } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Reading a journal: which records, in which order. While it is being read: read-meanwhile.ts. */
export const readJournalScenarios: readonly Scenario[] = [
  {
    id: "read-journal.unknown",
    behaviour: "readJournal of an unknown journal yields nothing",
    async prove({ store }) {
      sameList(await readAll(store, freshId()), []);
    },
  },
  {
    id: "read-journal.order",
    behaviour: "readJournal yields records in the order of their slots, past 9, 99 and 999",
    async prove({ store }) {
      const journal = freshId();
      const records = await fillJournal(store, journal, 1_001);

      sameList(await readAll(store, journal), records);
    },
  },
  {
    id: "read-journal.whole",
    behaviour:
      "of 10,000 records readJournal yields all, in their order, and lastRecord gives the last one",
    async prove({ store }) {
      const journal = freshId();
      const records = await fillJournal(store, journal, 10_000);

      sameList(await readAll(store, journal), records);
      sameList(await readAll(store, journal, 9_999), records.slice(9_998));
      same(await store.lastRecord(journal), records.at(-1));
    },
  },
  {
    id: "read-journal.from",
    behaviour: "readJournal begins with slot fromSeq itself",
    async prove({ store }) {
      const journal = freshId();
      const records = await fillJournal(store, journal, 120);

      for (const fromSeq of [1, 2, 9, 10, 11, 99, 100, 101, 119, 120]) {
        sameList(await readAll(store, journal, fromSeq), records.slice(fromSeq - 1));
      }
    },
  },
  {
    id: "read-journal.past-end",
    behaviour: "readJournal from past the last slot yields nothing",
    async prove({ store }) {
      const journal = freshId();
      await fillJournal(store, journal, 10);

      for (const fromSeq of [11, 12, 20, 100, 1_000_000]) {
        sameList(await readAll(store, journal, fromSeq), []);
      }
    },
  },
  {
    id: "read-journal.consistent",
    behaviour: "readJournal sees every append and every removal at once, from any handle",
    async prove({ store, reopen }) {
      const journal = freshId();
      const other = await reopen();
      sameList(await readAll(other, journal), []);

      for (let seq = 1; seq <= 12; seq += 1) {
        equal(await store.append(journal, journalRecord(seq)), true);
        sameList(await readAll(other, journal, seq), [journalRecord(seq)]);
      }
      equal((await readAll(other, journal)).length, 12);

      await store.deleteRun({ id: `run-${freshId()}`, incarnation: journal });
      sameList(await readAll(other, journal), []);
    },
  },
];
