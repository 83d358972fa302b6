import { equal, ok } from "node:assert/strict";
import type { RunRow } from "@executus/core";
import { freshId, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Ids that mean something to a language or a backend, each on its own. */
const reservedIds: readonly string[] = [
  ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length", "_id"],
  ["$gt", "$where", "a#b", "a.b", ".", "..", "../x", "/", "%", "_", "*", "?", "'", '"', "\\"],
  ["{}", "[]", "--", ";", " ", "0", "-1", "1e3", "null", "undefined", "true", "run", "run#1"],
].flat();

/** Ids that look alike never meet. */
export const runIdScenarios: readonly Scenario[] = [
  {
    id: "run-ids.apart",
    behaviour: "runs whose ids look alike, byte by byte different, have rows of their own",
    async prove({ store }) {
      const rows = similarIds().map((id) => runRow({ id }));

      for (const row of rows) equal(await store.insertRun(row), true, `puts "${row.id}"`);

      for (const row of rows) same(await store.getRun(row.id), row, `reads "${row.id}"`);
    },
  },
  {
    id: "run-ids.updated-apart",
    behaviour: "an update of one run changes no run whose id looks alike",
    async prove({ store }) {
      const rows = similarIds().map((id) => runRow({ id }));
      await Promise.all(rows.map((row) => store.insertRun(row)));
      const expected = rows.map((row, i) => ({ ...row, owner: `owner-of-${i}`, updatedAt: i }));

      for (const [i, row] of rows.entries()) {
        const patch = { owner: `owner-of-${i}`, updatedAt: i };
        equal(await store.updateRun(row, patch, { status: "active", maxGeneration: 1 }), true);
      }

      for (const row of expected) same(await store.getRun(row.id), row, `reads "${row.id}"`);
    },
  },
  {
    id: "run-ids.removed-apart",
    behaviour: "the removal of one run removes no run whose id looks alike",
    async prove({ store }) {
      // Each id is once among those that are removed, and once among those that stay.
      for (const removed of [0, 1]) {
        const rows = similarIds().map((id) => runRow({ id }));
        await Promise.all(rows.map((row) => store.insertRun(row)));

        for (const row of rows.filter((_, i) => i % 2 === removed)) await store.deleteRun(row);

        for (const [i, row] of rows.entries()) {
          const left = i % 2 === removed ? undefined : row;
          same(await store.getRun(row.id), left, `reads "${row.id}"`);
        }
      }
    },
  },
  {
    id: "run-ids.reserved",
    behaviour: "ids that mean something to a language or a database are ordinary ids",
    async prove({ store }) {
      for (const id of reservedIds) {
        const row = runRow({ id });
        isNobodyOr(id, await store.getRun(id));

        // The id is not fresh: others may use it at the same time.
        const put = await store.insertRun(row);
        const read = await store.getRun(id);
        await store.deleteRun(row);

        if (put) same(read, row);
        else isNobodyOr(id, read);
        ok((await store.getRun(id))?.incarnation !== row.incarnation, `removes "${id}"`);
      }
    },
  },
];

function isNobodyOr(id: string, row: RunRow | undefined): void {
  ok(row === undefined || row.id === id, `nothing else answers to "${id}"`);
}

/** Ids of which careless stores take two for one. */
export function similarIds(): string[] {
  const id = `run-${freshId()}`;
  const long = id + "😀".repeat((512 - id.length) / 4 - 1);
  return [
    [id, id.slice(0, -1), `${id}1`, `${id}10`, id.toUpperCase(), `R${id.slice(1)}`],
    [`${id} `, `${id}  `, ` ${id}`, `${id}\u00a0`, `${id}\u2028`, `${id}\ufeff`, `\ufeff${id}`],
    [`${id}#1`, `${id}#`, `#${id}`, `${id}:1`, `${id}|1`, `${id}~`, `${id}+`, `${id},1`],
    [`${id}%`, `${id}_`, `${id}*`, `${id}?`, `%${id}`, `${id}a_c`, `${id}abc`, `${id}a%c`],
    [`${id}%20`, `${id}%23`, `${id}/`, `${id}/1`, `../${id}`, `./${id}`, `/${id}`, `${id}/.`],
    [`$gt${id}`, `$${id}`, `${id}.a`, `${id}.$gt`, `{"$ne":"${id}"}`, `__proto__.${id}`],
    [`${id}'`, `${id}''`, `${id}"`, `${id}\\`, `${id}\\\\`, `${id}';--`, `"${id}"`, `${id}\``],
    [`${id}\u00e9`, `${id}e\u0301`, `${id}e`, `${id}fi`, `${id}\ufb01`, `${id}ss`, `${id}ß`],
    [`${id}I`, `${id}i`, `${id}İ`, `${id}ı`, `${id}𝟏`, `${id}𐐀`, `${id}𐐨`],
    [`${long}😀`, `${long}😁`, long],
  ].flat();
}
