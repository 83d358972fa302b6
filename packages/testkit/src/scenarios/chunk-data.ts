import { ok } from "node:assert/strict";
import type { RunStore } from "@executus/core";
import { bytesOf, collect, freshId, journalChunk } from "../fixtures.ts";
import { sameData } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

const largestProved = 16 * 2 ** 20;

/** What a chunk holds comes back as it was. */
export const chunkDataScenarios: readonly Scenario[] = [
  {
    id: "chunk-data.bytes",
    behaviour: "bytes of a chunk come back as they were: all 256 values, none at all, a view",
    async prove({ store }) {
      await comesBack(store, bytesOf(256));
      await comesBack(store, Uint8Array.of(1, 2, 3, 0));
      await comesBack(store, new Uint8Array(0));
      await comesBack(store, bytesOf(300).subarray(100, 200));
      await comesBack(store, new TextEncoder().encode('{"text":"é😀"}'));
    },
  },
  {
    id: "chunk-data.copies",
    behaviour: "a store keeps no reference to a chunk that it was handed or that it gave out",
    async prove({ store }) {
      const journal = freshId();
      const data = bytesOf(64);
      await store.putChunk(journal, journalChunk(0, { data }));

      data.fill(0);
      (await dataOf(store, journal)).fill(1);

      sameData(await dataOf(store, journal), bytesOf(64));
    },
  },
  {
    id: "chunk-data.largest",
    behaviour: "a chunk of exactly maxRecordBytes comes back whole (proved up to 16 MiB)",
    async prove({ store }) {
      const { maxRecordBytes } = store.limits;
      await comesBack(store, bytesOf(maxRecordBytes > largestProved ? 2 ** 20 : maxRecordBytes));
    },
  },
];

async function comesBack(store: RunStore, data: Uint8Array): Promise<void> {
  const journal = freshId();

  await store.putChunk(journal, journalChunk(0, { data }));

  sameData(await dataOf(store, journal), data);
}

async function dataOf(store: RunStore, journal: string): Promise<Uint8Array> {
  const [chunk] = await collect(store.readChunks(journal, "nonce-1"));
  ok(chunk !== undefined, "the chunk is there");
  return chunk.data;
}
