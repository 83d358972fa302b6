import { equal } from "node:assert/strict";
import { freshId, journalRecord } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Reading the highest slot. */
export const lastRecordScenarios: readonly Scenario[] = [
  {
    id: "last-record.unknown",
    behaviour: "lastRecord of an unknown journal gives undefined",
    async prove({ store }) {
      equal(await store.lastRecord(freshId()), undefined);
    },
  },
  {
    id: "last-record.highest",
    behaviour: "lastRecord gives the record in the highest slot, past 9, 99 and 999",
    async prove({ store }) {
      const journal = freshId();

      for (let seq = 1; seq <= 1_001; seq += 1) {
        await store.append(journal, journalRecord(seq));
        if (/^(1|9|10|11|99|100|101|999|1000|1001)$/.test(`${seq}`)) {
          same(await store.lastRecord(journal), journalRecord(seq));
        }
      }
    },
  },
  {
    id: "last-record.consistent",
    behaviour: "lastRecord sees every append and every removal at once, from any handle",
    async prove({ store, reopen }) {
      const journal = freshId();
      const other = await reopen();
      equal(await other.lastRecord(journal), undefined);

      for (let seq = 1; seq <= 20; seq += 1) {
        await store.append(journal, journalRecord(seq));
        same(await other.lastRecord(journal), journalRecord(seq));
      }

      await store.deleteRun({ id: `run-${freshId()}`, incarnation: journal });
      equal(await other.lastRecord(journal), undefined);
    },
  },
];
