import { equal } from "node:assert/strict";
import type { RunStore } from "@executus/core";
import { freshId, journalRecord, readAll } from "../fixtures.ts";
import { same, sameList } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Putting records into slots, and who wins. What they hold: record-fields.ts, record-data.ts. */
export const appendScenarios: readonly Scenario[] = [
  {
    id: "append.empty-slot",
    behaviour: "append puts a record into an empty slot, and says true",
    async prove({ store }) {
      const journal = freshId();

      equal(await store.append(journal, journalRecord(1)), true);
      equal(await store.append(journal, journalRecord(2)), true);

      sameList(await readAll(store, journal), [journalRecord(1), journalRecord(2)]);
    },
  },
  {
    id: "append.taken-slot",
    behaviour: "append to a slot that is taken says false, and leaves what is there untouched",
    async prove({ store }) {
      const journal = freshId();
      const late = { nonce: "late", generation: 9, data: "late", checksum: 9, at: 9, chunks: 2 };
      await store.append(journal, journalRecord(1));
      await store.append(journal, journalRecord(2));

      equal(await store.append(journal, journalRecord(1, late)), false);
      equal(await store.append(journal, journalRecord(2, late)), false);

      sameList(await readAll(store, journal), [journalRecord(1), journalRecord(2)]);
    },
  },
  {
    id: "append.repeated",
    behaviour: "the same append repeated says false, and harms nothing",
    async prove({ store, reopen }) {
      const journal = freshId();
      const other = await reopen();
      await store.append(journal, journalRecord(1));

      equal(await store.append(journal, journalRecord(1)), false);
      equal(await other.append(journal, journalRecord(1)), false);

      sameList(await readAll(store, journal), [journalRecord(1)]);
    },
  },
  {
    id: "append.one-winner",
    behaviour: "of many writers to one slot at the same time, exactly one append says true",
    async prove({ store }) {
      await oneWinner(store);
    },
  },
  {
    id: "append.one-winner-handles",
    behaviour: "of many writers to one slot from two handles, exactly one append says true",
    async prove({ store, reopen }) {
      await oneWinner(store, await reopen());
    },
  },
  {
    id: "append.journals-apart",
    behaviour: "journals whose names look alike have slots of their own",
    async prove({ store }) {
      const journals = similarJournals();

      for (const [i, journal] of journals.entries()) {
        const put = await store.append(journal, journalRecord(1, { data: `${i}` }));
        equal(put, true, `appends to "${journal}"`);
      }

      for (const [i, journal] of journals.entries()) {
        sameList(await readAll(store, journal), [journalRecord(1, { data: `${i}` })]);
        same(await store.lastRecord(journal), journalRecord(1, { data: `${i}` }));
      }
    },
  },
  {
    id: "append.without-row",
    behaviour: "append needs no row: a journal begins before its run exists",
    async prove({ store }) {
      const journal = freshId();

      equal(await store.append(journal, journalRecord(1)), true);

      same(await store.lastRecord(journal), journalRecord(1));
    },
  },
];

/** Sixteen writers race for each of several slots, one after the other. */
async function oneWinner(first: RunStore, ...others: readonly RunStore[]): Promise<void> {
  const stores = [first, ...others];
  const journal = freshId();

  for (let seq = 1; seq <= 12; seq += 1) {
    const records = Array.from({ length: 16 }, (_, i) =>
      journalRecord(seq, { nonce: `writer-${i}`, data: `from writer ${i}` }),
    );

    const won = await Promise.all(
      records.map((record, i) => (stores[i % stores.length] ?? first).append(journal, record)),
    );

    const winners = records.filter((_, i) => won[i]);
    for (const store of stores) sameList(await readAll(store, journal, seq), winners);
    equal(winners.length, 1);
  }
}

/** Names of journals of which careless stores take two for one. */
function similarJournals(): string[] {
  const name = freshId();
  const ends = [
    "",
    "1",
    "10",
    "01",
    ":1",
    "#1",
    "#",
    "/1",
    "_",
    "%",
    "0",
    ":00000001",
    "#nonce-1#0",
  ];
  return [name.slice(0, -1), ...ends.map((end) => name + end)];
}
