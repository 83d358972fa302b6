import { doesNotReject, equal } from "node:assert/strict";
import type { Chunk, RunStore } from "@executus/core";
import {
  bytesOf,
  collect,
  fillChunks,
  freshId,
  journalChunk,
  journalRecord,
  readAll,
} from "../fixtures.ts";
import { same, sameList } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** Putting and reading the parts of large records. What they hold: chunk-data.ts. */
export const chunkScenarios: readonly Scenario[] = [
  {
    id: "chunks.unknown",
    behaviour: "readChunks of an unknown journal or nonce yields nothing",
    async prove({ store }) {
      const journal = freshId();
      await store.putChunk(journal, journalChunk(0));

      sameList(await chunksOf(store, freshId()), []);
      sameList(await chunksOf(store, journal, "nonce-2"), []);
    },
  },
  {
    id: "chunks.order",
    behaviour: "readChunks yields all chunks in the order of their index, past 9 and 99",
    async prove({ store }) {
      const journal = freshId();
      // More in all than one answer of some databases holds.
      const chunks = Array.from({ length: 120 }, (_, i) =>
        journalChunk(i, { data: bytesOf(16_384, i) }),
      );
      await fillChunks(store, journal, chunks.toReversed());

      sameList(await chunksOf(store, journal), chunks);
    },
  },
  {
    id: "chunks.repeated",
    behaviour: "the same putChunk repeated, also at the same time, changes nothing",
    async prove({ store, reopen }) {
      const journal = freshId();
      const other = await reopen();
      await store.putChunk(journal, journalChunk(0));
      await store.putChunk(journal, journalChunk(0));

      await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? store : other).putChunk(journal, journalChunk(1)),
        ),
      );

      sameList(await chunksOf(store, journal), [journalChunk(0), journalChunk(1)]);
    },
  },
  {
    id: "chunks.apart",
    behaviour:
      "chunks of other nonces and of other journals are not read, however alike their names",
    async prove({ store }) {
      const journal = freshId();
      const journals = [journal, `${journal}1`, `${journal}#`, journal.slice(0, -1)];
      const nonces = ["n", "n1", "n#", "n#1", "n%", "N", "n:0"];
      const all = journals.flatMap((name) => nonces.map((nonce) => ({ name, nonce })));

      for (const [i, { name, nonce }] of all.entries()) {
        await store.putChunk(name, namedChunk(i, nonce));
      }

      for (const [i, { name, nonce }] of all.entries()) {
        sameList(await chunksOf(store, name, nonce), [namedChunk(i, nonce)]);
      }
    },
  },
  {
    id: "chunks.no-records",
    behaviour: "chunks take no slots: readJournal and lastRecord never meet them",
    async prove({ store }) {
      const journal = freshId();
      await store.putChunk(journal, journalChunk(0));
      await store.putChunk(journal, journalChunk(1));
      equal(await store.lastRecord(journal), undefined);
      sameList(await readAll(store, journal), []);

      equal(await store.append(journal, journalRecord(1, { nonce: "nonce-1", chunks: 2 })), true);

      same(await store.lastRecord(journal), journalRecord(1, { nonce: "nonce-1", chunks: 2 }));
      equal((await readAll(store, journal)).length, 1);
      equal((await chunksOf(store, journal)).length, 2);
    },
  },
  {
    id: "chunks.consistent",
    behaviour: "readChunks sees every putChunk and every removal at once, from any handle",
    async prove({ store, reopen }) {
      const journal = freshId();
      const other = await reopen();
      sameList(await chunksOf(other, journal), []);

      for (let index = 0; index < 12; index += 1) {
        await store.putChunk(journal, journalChunk(index));
        equal((await chunksOf(other, journal)).length, index + 1);
      }

      await store.deleteRun({ id: `run-${freshId()}`, incarnation: journal });
      sameList(await chunksOf(other, journal), []);
    },
  },
  {
    id: "chunks.abandoned",
    behaviour: "readChunks may be abandoned at any chunk, again and again",
    async prove({ store }) {
      const journal = freshId();
      const chunks = Array.from({ length: 12 }, (_, i) => journalChunk(i));
      await fillChunks(store, journal, chunks);

      await doesNotReject(async () => {
        for (let round = 0; round < 40; round += 1) {
          for await (const chunk of store.readChunks(journal, "nonce-1")) {
            if (chunk.index === round % 3) break;
          }
        }
      });

      sameList(await chunksOf(store, journal), chunks);
    },
  },
];

function chunksOf(store: RunStore, journal: string, nonce = "nonce-1"): Promise<Chunk[]> {
  return collect(store.readChunks(journal, nonce));
}

function namedChunk(seed: number, nonce: string): Chunk {
  return journalChunk(0, { nonce, data: bytesOf(8, seed) });
}
