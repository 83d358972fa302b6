import type { RunStore } from "@executus/core";
import type { Collection, MongoClient, OptionalUnlessRequiredId } from "mongodb";
import { collectionsOf, setUp } from "./collections.ts";
import * as documents from "./documents.ts";
import { fromMongo, isDuplicate, storeClosed } from "./errors.ts";
import { listRuns } from "./listing.ts";
import { checkOptions } from "./options.ts";
import type { MongoStoreOptions } from "./options.ts";

/**
 * A `RunStore` in a MongoDB database.
 *
 * @throws {TypeError} if an option is not what it should be.
 */
export function mongoStore(options: MongoStoreOptions): RunStore {
  const { client, owned, database, collectionPrefix, limits } = checkOptions(options);
  const db = client.db(database);
  const collections = collectionsOf(db, collectionPrefix);
  const { runs, records, chunks } = collections;
  let isClosed = false;

  const run = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isClosed) throw storeClosed("was disposed of. Create another one.");
    try {
      return await work();
    } catch (error) {
      throw fromMongo(error, database);
    }
  };

  async function* read<Item>(items: () => AsyncIterable<Item>): AsyncGenerator<Item, void> {
    if (isClosed) throw storeClosed("was disposed of. Create another one.");
    try {
      yield* items();
    } catch (error) {
      throw fromMongo(error, database);
    }
  }

  return {
    contract: 1,
    name: "mongo",
    capabilities: { durable: true, multiProcess: true },
    limits,

    open: () => run(() => onceConnected(client, () => setUp(db, collections))),

    insertRun: (row) => run(() => insert(runs, documents.toRunDocument(row))),

    updateRun: ({ id, incarnation }, patch, { status, maxGeneration }) =>
      run(async () => {
        const filter = { _id: id, incarnation, status, generation: { $lte: maxGeneration } };
        const { matchedCount } = await runs.updateOne(filter, { $set: patch });
        return matchedCount === 1;
      }),

    getRun: (id) =>
      run(async () => {
        const found = await runs.findOne({ _id: id });
        return found === null ? undefined : documents.fromRunDocument(found);
      }),

    listRuns: (query) => run(() => listRuns(runs, query)),

    deleteRun: ({ id, incarnation }) =>
      run(async () => {
        // Slot 1 first: what is left of a journal must never look like a whole, shorter one.
        await records.deleteOne({ _id: documents.keyOf([incarnation], 1) });
        await records.deleteMany({ _id: documents.keysFrom([incarnation]) });
        await chunks.deleteMany({ _id: documents.keysUnder(incarnation) });
        await runs.deleteOne({ _id: id, incarnation });
      }),

    append: (journal, record) =>
      run(() => insert(records, documents.toRecordDocument(journal, record))),

    async *readJournal(journal, { fromSeq }) {
      const filter = { _id: documents.keysFrom([journal], fromSeq) };
      for await (const found of read(() => records.find(filter, { sort: { _id: 1 } }))) {
        yield documents.fromRecordDocument(found);
      }
    },

    lastRecord: (journal) =>
      run(async () => {
        const filter = { _id: documents.keysFrom([journal]) };
        const found = await records.findOne(filter, { sort: { _id: -1 } });
        return found === null ? undefined : documents.fromRecordDocument(found);
      }),

    async putChunk(journal, chunk) {
      await run(() => insert(chunks, documents.toChunkDocument(journal, chunk)));
    },

    async *readChunks(journal, nonce) {
      const filter = { _id: documents.keysFrom([journal, nonce]) };
      for await (const found of read(() => chunks.find(filter, { sort: { _id: 1 } }))) {
        yield documents.fromChunkDocument(nonce, found);
      }
    },

    async [Symbol.asyncDispose]() {
      isClosed = true;
      if (owned) await client.close();
    },
  };
}

/** Works although the client failed to connect when it was first used: it never tries again by itself. */
async function onceConnected(client: MongoClient, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isClosed = error instanceof Error && error.name === "MongoTopologyClosedError";
      if (!isClosed || tries === 3) throw error;
      // One that its user has closed meanwhile says so when it is asked again, and stays closed.
      if (tries === 2) await client.connect();
    }
  }
}

/** @returns whether this call put the document: `false` if there is one with its `_id`. */
async function insert<Document extends { readonly _id: string }>(
  collection: Collection<Document>,
  document: OptionalUnlessRequiredId<Document>,
): Promise<boolean> {
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}
