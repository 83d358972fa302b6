import type { RunRow, RunStore } from "@executus/core";
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import * as dynamo from "../../packages/adapter-dynamo/src/items.ts";
import * as mongo from "../../packages/adapter-mongo/src/documents.ts";
import { runs } from "../support/properties.ts";
import { places } from "../support/stores.ts";

/** Ways to make another id of one, of which a careless store takes both for the same. */
const twists: readonly ((id: string) => string)[] = [
  (id) => id,
  (id) => `${id} `,
  (id) => ` ${id}`,
  (id) => id.toUpperCase(),
  (id) => id.toLowerCase(),
  (id) => id.normalize("NFC"),
  (id) => id.normalize("NFD"),
  (id) => id.normalize("NFKC"),
  (id) => `${id}#1`,
  (id) => `${id}%`,
  (id) => `${id}_`,
  (id) => `${id}*`,
  (id) => `${id}:0000000000000001`,
  (id) => `../${id}`,
  (id) => `${id}/`,
  (id) => `$${id}`,
  (id) => `${id}.a`,
  (id) => `${id}\\`,
  (id) => `'${id}'`,
  (id) => encodeURIComponent(id),
  (id) => Array.from(id).slice(0, -1).join(""),
  (id) => Array.from(id).toReversed().join(""),
  (id) => `${id}\ufeff`,
  (id) => `${id}\u{10ffff}`,
];

const letters = fc.oneof(
  fc.constantFrom("a", "A", "é", "e\u0301", "ß", "İ", "ﬁ", "😀", "\u2028", "-", "#", ":", "~", "'"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);
const seeds = fc.array(letters, { minLength: 1, maxLength: 6 }).map((each) => each.join(""));

/** Ids that look alike, each once. */
const lookalikes: Arbitrary<string[]> = fc
  .tuple(seeds, fc.uniqueArray(fc.nat(twists.length - 1), { minLength: 2, maxLength: 12 }))
  .map(([seed, chosen]) => chosen.map((at) => twists[at]?.(seed) ?? seed))
  .map((ids) => [...new Set(ids)].filter(isValid));

function isValid(id: string): boolean {
  const bytes = Buffer.byteLength(id);
  return id.isWellFormed() && !/\p{Cc}/u.test(id) && bytes >= 1 && bytes <= 512;
}

function rowOf(id: string, at: number): RunRow {
  return {
    id,
    incarnation: `${at}-${globalThis.crypto.randomUUID()}`,
    queue: "default",
    definition: "greet",
    version: "1",
    status: "failed",
    code: "",
    generation: 1,
    owner: `owner-${at}`,
    dueAt: 0,
    createdAt: 1_000,
    updatedAt: 1_000,
  };
}

for (const open of places) {
  test(`no two ids meet on ${open().name}`, async () => {
    using place = open();
    await using store = place.open();
    await store.open();
    await fc.assert(
      fc.asyncProperty(lookalikes, (ids) => neverMeet(store, ids)),
      runs(150),
    );
  });
}

async function neverMeet(store: RunStore, ids: readonly string[]): Promise<void> {
  const rows = ids.map(rowOf);
  for (const row of rows) expect(await store.insertRun(row)).toBe(true);
  for (const row of rows) expect(await store.getRun(row.id)).toEqual(row);

  const { runs: listed } = await store.listRuns({ status: "failed", limit: 100 });
  expect(listed.map(({ id }) => id)).toEqual(ids.toSorted(byBytes));

  const guard = { status: "failed", maxGeneration: 1 } as const;
  const [first, ...others] = rows;
  if (first === undefined) return;
  expect(await store.updateRun(first, { code: "x", updatedAt: 2 }, guard)).toBe(true);
  for (const row of others) expect(await store.getRun(row.id)).toEqual(row);
  await store.deleteRun(first);
  for (const row of others) expect(await store.getRun(row.id)).toEqual(row);
  for (const row of others) await store.deleteRun(row);
  expect(await store.getRun(first.id)).toBeUndefined();
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const numbers = fc
  .oneof(fc.nat(20), fc.constantFrom(99, 100, 9_999, 10_000), fc.maxSafeInteger())
  .map(Math.abs);
/** A name that others are like. */
const names = fc
  .tuple(seeds, fc.nat(twists.length - 1))
  .map(([seed, at]) => twists[at]?.(seed) ?? seed);
const alike = fc.array(names, { minLength: 1, maxLength: 2 });

describe("keys of MongoDB", () => {
  test("of other names, or other numbers, are others, and in the order of the numbers", () => {
    fc.assert(
      fc.property(alike, numbers, alike, numbers, (ours, number, theirs, other) => {
        const [a, b] = [mongo.keyOf(ours, number), mongo.keyOf(theirs, other)];
        const same = JSON.stringify(ours) === JSON.stringify(theirs);

        expect(a === b).toBe(same && number === other);
        if (same) expect(Math.sign(byBytes(a, b))).toBe(Math.sign(number - other));
      }),
      runs(3_000),
    );
  });

  test("are found by their names alone, from their number on, and under their first name", () => {
    fc.assert(
      fc.property(alike, numbers, alike, numbers, (ours, from, theirs, number) => {
        for (const each of [ours, theirs]) {
          const key = mongo.keyOf(each, number);
          const same = JSON.stringify(ours) === JSON.stringify(each);

          expect(isIn(mongo.keysFrom(ours, from), key)).toBe(same && number >= from);
          expect(isIn(mongo.keysUnder(ours[0] ?? ""), key)).toBe(each[0] === ours[0]);
        }
      }),
      runs(3_000),
    );
  });
});

function isIn(
  { $gte, $lt }: { readonly $gte: string; readonly $lt: string },
  key: string,
): boolean {
  return byBytes($gte, key) <= 0 && byBytes(key, $lt) < 0;
}

describe("keys of DynamoDB", () => {
  test("of rows, journals, records and chunks are others wherever their names are", () => {
    fc.assert(
      fc.property(names, names, numbers, numbers, (a, b, seq, index) => {
        const chunk = { nonce: b, index, data: new Uint8Array() };
        const record = { seq, type: "save", generation: 1, nonce: a, at: 0, data: "", checksum: 0 };
        const placeOf = (item: dynamo.Item): string => JSON.stringify([item["pk"], item["sk"]]);
        const [ours, theirs] = [dynamo.toRecordItem(a, record), dynamo.toRecordItem(b, record)];

        expect(placeOf(dynamo.rowKey(a)) === placeOf(dynamo.rowKey(b))).toBe(a === b);
        expect(placeOf(ours) === placeOf(theirs)).toBe(a === b);
        expect(placeOf(ours)).not.toBe(placeOf(dynamo.rowKey(a)));
        expect(placeOf(ours)).not.toBe(placeOf(dynamo.toChunkItem(a, chunk)));
        expect(dynamo.fromRecordItem(ours)).toEqual(record);
        expect(dynamo.fromChunkItem(b, dynamo.toChunkItem(a, chunk))).toEqual(chunk);
        expect(dynamo.fromRowItem(dynamo.toRowItem(rowOf(a, 1))).id).toBe(a);
      }),
      runs(2_000),
    );
  });

  test("of chunks are found by their nonce alone, and no record among them", () => {
    fc.assert(
      fc.property(names, names, numbers, (nonce, other, index) => {
        const [from, to] = dynamo.chunkSorts(nonce);
        const sort = dynamo.toChunkItem("j", { nonce: other, index, data: new Uint8Array() })["sk"];
        const record = dynamo.recordKey("j", index)["sk"]?.S ?? "";

        expect(isIn({ $gte: from, $lt: to }, sort?.S ?? "")).toBe(nonce === other);
        expect(isIn({ $gte: from, $lt: to }, record)).toBe(false);
      }),
      runs(2_000),
    );
  });

  test("of the indexes sort as times, and then the bytes of ids, do", () => {
    fc.assert(
      fc.property(
        names,
        fc.double({ noNaN: true }),
        names,
        fc.double({ noNaN: true }),
        (a, at, b, then) => {
          const keyOf = (id: string, createdAt: number): string =>
            dynamo.indexKeys(id, { createdAt })["createdSk"]?.S ?? "";
          // Minus 0 is 0.
          const order = at === then ? byBytes(a, b) : at - then;

          expect(Math.sign(byBytes(keyOf(a, at), keyOf(b, then)))).toBe(Math.sign(order));
          expect(dynamo.idOfSortKey(keyOf(a, at))).toBe(a);
        },
      ),
      runs(3_000),
    );
  });
});
