import { equal } from "node:assert/strict";
import type { JournalRecord } from "@executus/core";
import { freshId, journalRecord, maxNumber, readAll } from "../fixtures.ts";
import { same, sameList } from "../expect.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";

/** Every field of a record comes back as it was. */
export const recordFieldScenarios: readonly Scenario[] = [
  {
    id: "record-fields.numbers",
    behaviour: "numbers of a record come back exactly, from 0 to 2^53 - 1",
    async prove(context) {
      await comeBack(
        context,
        [0, 1, 2 ** 31, 2 ** 32, 1_764_000_000_123, maxNumber - 1, maxNumber].map((number, i) =>
          journalRecord(i + 1, { generation: number, at: number }),
        ),
      );
    },
  },
  {
    id: "record-fields.checksum",
    behaviour: "a checksum comes back as an unsigned 32-bit number",
    async prove(context) {
      await comeBack(
        context,
        [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1].map((checksum, i) =>
          journalRecord(i + 1, { checksum }),
        ),
      );
    },
  },
  {
    id: "record-fields.chunks",
    behaviour: "the number of chunks comes back, and stays absent where it was absent",
    async prove(context) {
      await comeBack(context, [
        journalRecord(1),
        journalRecord(2, { chunks: 1 }),
        journalRecord(3, { chunks: 2_000 }),
        journalRecord(4),
      ]);
    },
  },
  {
    id: "record-fields.texts",
    behaviour: "any type and any nonce comes back exactly, also a type of a later version",
    async prove(context) {
      const texts = [
        "begin",
        "a type of a later version",
        "",
        "$set",
        "null",
        "0123",
        " x ",
        "É😀",
      ];
      await comeBack(
        context,
        texts.map((text, i) => journalRecord(i + 1, { type: text, nonce: `${text}-${i}` })),
      );
    },
  },
];

async function comeBack(
  { store, reopen }: ScenarioContext,
  records: readonly JournalRecord[],
): Promise<void> {
  const journal = freshId();
  const other = await reopen();

  for (const record of records) {
    equal(await store.append(journal, record), true);
    same(await other.lastRecord(journal), record);
  }

  sameList(await readAll(other, journal), records);
}
