import { equal, ok } from "node:assert/strict";
import type { RunStore } from "@executus/core";
import { bytesOf, freshId, journalRecord, readAll } from "../fixtures.ts";
import { sameData } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

const mebibyte = 2 ** 20;
const largestProved = 16 * mebibyte;
const everyByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, i) => i);

/** Texts that careless stores trim, normalise, parse, run or decode with a loss. NUL and lone surrogates never come. */
const awkwardTexts: readonly string[] = [
  "",
  " ",
  "\n",
  "\r\n\t a \r",
  `it's "quoted" \\ \\n ; -- \` $1 :name ?`,
  '{"b":1,"a":{"$where":"while(1);"},"__proto__":{"x":1}}\n{"z" : 1.0 , "z":2}',
  '{ "b": 1.0, "a": [] }',
  "null",
  "0123",
  "2026-01-01T00:00:00.000Z",
  "AAEC/w==",
  "\ufeffstarts with a byte order mark",
  "\u0001\u001f\u007f\u0085\u2028\u2029\ufffd\uffff",
  "e\u0301 \u00e9 😀 👩‍👩‍👧 日本語 𝟏",
];

/** What a record holds comes back as it was: text as text, bytes as bytes. */
export const recordDataScenarios: readonly Scenario[] = [
  {
    id: "record-data.text",
    behaviour: "text comes back as the same text, whatever it looks like",
    async prove({ store }) {
      for (const text of awkwardTexts) await comesBack(store, text);
    },
  },
  {
    id: "record-data.bytes",
    behaviour: "bytes come back as the same bytes, all 256 values, the last one too",
    async prove({ store }) {
      await comesBack(store, everyByte);
      await comesBack(store, everyByte.toReversed());
      for (const last of [0, 10, 32, 255]) await comesBack(store, Uint8Array.of(1, 2, 3, last));
    },
  },
  {
    id: "record-data.empty-bytes",
    behaviour: "no bytes at all come back as bytes",
    async prove({ store }) {
      await comesBack(store, new Uint8Array(0));
    },
  },
  {
    id: "record-data.kind",
    behaviour: "text stays text and bytes stay bytes, also where they look like each other",
    async prove({ store }) {
      for (const text of awkwardTexts) {
        await comesBack(store, text);
        await comesBack(store, new TextEncoder().encode(text));
      }
    },
  },
  {
    id: "record-data.view",
    behaviour: "bytes that are a view of a larger buffer come back as that view alone",
    async prove({ store }) {
      await comesBack(store, bytesOf(300).subarray(100, 200));
      await comesBack(store, Buffer.from("a buffer of the pool"));
    },
  },
  {
    id: "record-data.copies",
    behaviour: "a store keeps no reference to bytes that it was handed or that it gave out",
    async prove({ store }) {
      const journal = freshId();
      const data = bytesOf(64);
      await store.append(journal, journalRecord(1, { data }));

      data.fill(0);
      for (const read of [store.lastRecord(journal), firstRecord(store, journal)]) {
        const given = (await read)?.data;
        ok(given instanceof Uint8Array, "bytes stay bytes");
        given.fill(1);
      }

      sameData((await store.lastRecord(journal))?.data, bytesOf(64));
      sameData((await firstRecord(store, journal))?.data, bytesOf(64));
    },
  },
  {
    id: "record-data.large",
    behaviour: "a record of 1 MiB, or of all that the store allows, comes back whole",
    async prove({ store }) {
      const { maxRecordBytes } = store.limits;
      await comesBackLarge(store, Math.min(mebibyte, maxRecordBytes));
    },
  },
  {
    id: "record-data.largest",
    behaviour: "a record of exactly maxRecordBytes comes back whole (proved up to 16 MiB)",
    async prove({ store }) {
      const { maxRecordBytes } = store.limits;
      await comesBackLarge(store, maxRecordBytes > largestProved ? 2 * mebibyte : maxRecordBytes);
    },
  },
];

async function comesBackLarge(store: RunStore, length: number): Promise<void> {
  await comesBack(store, bytesOf(length));
  // Two bytes of UTF-8 each: the limit counts bytes, not characters.
  await comesBack(store, "é".repeat(Math.floor(length / 2)) + "x".repeat(length % 2));
}

async function comesBack(store: RunStore, data: string | Uint8Array): Promise<void> {
  const journal = freshId();

  equal(await store.append(journal, journalRecord(1, { data })), true);

  sameData((await store.lastRecord(journal))?.data, data);
  sameData((await firstRecord(store, journal))?.data, data);
}

async function firstRecord(store: RunStore, journal: string): ReturnType<RunStore["lastRecord"]> {
  return (await readAll(store, journal))[0];
}
