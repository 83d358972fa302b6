import { doesNotReject, equal } from "node:assert/strict";
import type { JournalRecord } from "@executus/core";
import { fillJournal, freshId, journalRecord, readAll, runRow } from "../fixtures.ts";
import { same, sameList } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Reading a journal while other things happen. */
export const readMeanwhileScenarios: readonly Scenario[] = [
  {
    id: "read-journal.abandoned",
    behaviour: "readJournal may be abandoned at any record, again and again",
    async prove({ store }) {
      const journal = freshId();
      const records = await fillJournal(store, journal, 20);

      await doesNotReject(async () => {
        for (let round = 0; round < 40; round += 1) {
          for await (const record of store.readJournal(journal, { fromSeq: 1 })) {
            same(record, records[record.seq - 1]);
            if (record.seq > round % 3) break;
          }
          store.readJournal(journal, { fromSeq: 1 });
        }
      });

      equal(await store.append(journal, journalRecord(21)), true);
      sameList(await readAll(store, journal), [...records, journalRecord(21)]);
    },
  },
  {
    id: "read-journal.writes-meanwhile",
    behaviour: "readJournal yields what was there when it began, whatever is appended meanwhile",
    async prove({ store }) {
      const journal = freshId();
      const records = await fillJournal(store, journal, 50);
      const run = runRow();

      const read: JournalRecord[] = [];
      for await (const record of store.readJournal(journal, { fromSeq: 1 })) {
        read.push(record);
        if (record.seq > 50) continue;
        equal(await store.append(journal, journalRecord(50 + record.seq)), true);
        equal(await store.insertRun({ ...run, id: `${run.id}-${record.seq}` }), true);
      }

      sameList(read.slice(0, 50), records);
      same(
        read.map((record) => record.seq),
        read.map((_, i) => i + 1),
      );
      equal((await readAll(store, journal)).length, 100);
    },
  },
  {
    id: "read-journal.interleaved",
    behaviour:
      "two readings on one handle, and other reads between them, do not disturb each other",
    async prove({ store }) {
      const [left, right] = [freshId(), freshId()];
      await fillJournal(store, left, 30);
      await fillJournal(store, right, 30);

      const rights = store.readJournal(right, { fromSeq: 11 })[Symbol.asyncIterator]();
      const pairs: [number, number | undefined][] = [];
      for await (const record of store.readJournal(left, { fromSeq: 1 })) {
        const next = await rights.next();
        same(await store.lastRecord(right), journalRecord(30));
        pairs.push([record.seq, next.done === true ? undefined : next.value.seq]);
      }

      same(
        pairs,
        Array.from({ length: 30 }, (_, i) => [i + 1, i < 20 ? i + 11 : undefined]),
      );
    },
  },
];
