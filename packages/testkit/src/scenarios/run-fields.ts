import { equal } from "node:assert/strict";
import type { RunRow, RunStatus } from "@executus/core";
import { maxNumber, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

const statuses: readonly RunStatus[] = ["active", "completed", "failed", "deleting"];

/** Texts that careless stores trim, fold, parse or run. */
const awkwardTexts: readonly string[] = [
  `it's "quoted" \\ ; -- drop`,
  " space before and after ",
  "$where",
  "a.b",
  "#key:1|2/3%_*",
  "null",
  "true",
  "0123",
  "1e3",
  "2026-01-01T00:00:00.000Z",
  "日本語 😀 e\u0301 \u00e9 \u2028 \ufeff",
];

/** Every field of a row comes back as it was. */
export const runFieldScenarios: readonly Scenario[] = [
  {
    id: "run-fields.statuses",
    behaviour: "a row of each status comes back as it was put",
    async prove({ store }) {
      for (const status of statuses) {
        const row = runRow({ status });

        equal(await store.insertRun(row), true);

        same(await store.getRun(row.id), row);
      }
    },
  },
  {
    id: "run-fields.numbers",
    behaviour: "numbers of a row come back exactly, from 0 to 2^53 - 1",
    async prove({ store }) {
      for (const number of [0, 1, 2 ** 31, 2 ** 32, 1_764_000_000_123, maxNumber - 1, maxNumber]) {
        const row = runRow({
          generation: number,
          dueAt: number,
          createdAt: number,
          updatedAt: number,
        });

        equal(await store.insertRun(row), true);

        same(await store.getRun(row.id), row);
      }
    },
  },
  {
    id: "run-fields.empty",
    behaviour: "an empty owner and an empty code come back as empty strings",
    async prove({ store }) {
      const row = runRow({ owner: "", code: "" });

      equal(await store.insertRun(row), true);

      same(await store.getRun(row.id), row);
    },
  },
  {
    id: "run-fields.texts",
    behaviour: "texts of a row come back exactly, whatever they look like",
    async prove({ store }) {
      for (const text of awkwardTexts) {
        const row = runRow(allTexts(text));

        equal(await store.insertRun(row), true);

        same(await store.getRun(row.id), row);
      }
    },
  },
  {
    id: "run-fields.long",
    behaviour: "texts of a row come back whole, up to their full length",
    async prove({ store }) {
      const row = runRow({
        queue: "q".repeat(127) + "Q",
        definition: "d".repeat(127) + "D",
        version: "v".repeat(63) + "V",
        code: "c".repeat(63) + "C",
        owner: "o".repeat(199) + "O",
      });

      equal(await store.insertRun(row), true);

      same(await store.getRun(row.id), row);
    },
  },
];

function allTexts(text: string): Partial<RunRow> {
  return { queue: text, definition: text, version: text, code: text, owner: text };
}
