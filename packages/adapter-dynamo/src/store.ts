import type { RunPatch, RunRef, RunStore } from "@executus/core";
import { deleteAll } from "./batches.ts";
import { fromDynamo, storeClosed } from "./errors.ts";
import * as items from "./items.ts";
import type { Item } from "./items.ts";
import { listRuns } from "./listing.ts";
import { checkOptions } from "./options.ts";
import type { DynamoStoreOptions } from "./options.ts";
import { deleteItem, getItem, putIfAbsent, queryPages, updateIf } from "./requests.ts";
import { openTable } from "./table.ts";

/**
 * A `RunStore` in one DynamoDB table.
 *
 * @throws {TypeError} if an option is not what it should be.
 */
export function dynamoStore(options: DynamoStoreOptions = {}): RunStore {
  const { table, client, owned, createTable, limits } = checkOptions(options);
  const place = { client, table };
  let isClosed = false;

  const run = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isClosed) throw storeClosed();
    try {
      return await work();
    } catch (error) {
      throw fromDynamo(error, table);
    }
  };

  /** Yields a part of a journal's partition, in order. */
  async function* read(
    journal: string,
    range: readonly [first: string, last: string],
  ): AsyncGenerator<Item, void> {
    const pages = queryPages(place, items.journalKey(journal), range);
    for (;;) {
      const { done, value } = await run(() => pages.next());
      if (done) return;
      yield* value;
    }
  }

  return {
    contract: 1,
    name: "dynamo",
    capabilities: { durable: true, multiProcess: true },
    limits,

    open: () => run(() => openTable(place, createTable)),

    insertRun: (row) => run(() => putIfAbsent(place, items.toRowItem(row))),

    updateRun: (ref, patch, guard) =>
      run(async () => {
        // A row that gets another status moves to another partition of the indexes, which only its queue names.
        const moves = patch.status !== undefined && patch.status !== guard.status;
        const row = moves ? await getItem(place, items.rowKey(ref.id)) : undefined;
        if (moves && row === undefined) return false;
        const changes = changesOf(ref, patch, row && items.fromRowItem(row).queue);
        return updateIf(place, items.rowKey(ref.id), changes, {
          expression:
            "incarnation = :ofIncarnation and #status = :ofStatus and generation <= :mostGeneration",
          names: { "#status": "status" },
          values: {
            ":ofIncarnation": { S: ref.incarnation },
            ":ofStatus": { S: guard.status },
            ":mostGeneration": { N: String(guard.maxGeneration) },
          },
        });
      }),

    getRun: (id) =>
      run(async () => {
        const found = await getItem(place, items.rowKey(id));
        return found && items.fromRowItem(found);
      }),

    listRuns: (query) => run(() => listRuns(place, query)),

    deleteRun: ({ id, incarnation }) =>
      run(async () => {
        // Slot 1 first: what is left of a journal must never look like a whole, shorter one.
        await deleteItem(place, items.recordKey(incarnation, 1));
        const partition = items.journalKey(incarnation);
        for await (const keys of queryPages(place, partition, items.allSorts, { keysOnly: true })) {
          await deleteAll(place, keys);
        }
        await deleteItem(place, items.rowKey(id), {
          expression: "incarnation = :incarnation",
          values: { ":incarnation": { S: incarnation } },
        });
      }),

    append: (journal, record) => run(() => putIfAbsent(place, items.toRecordItem(journal, record))),

    async *readJournal(journal, { fromSeq }) {
      for await (const item of read(journal, items.recordSorts(fromSeq))) {
        yield items.fromRecordItem(item);
      }
    },

    lastRecord: (journal) =>
      run(async () => {
        const partition = items.journalKey(journal);
        for await (const [found] of queryPages(place, partition, items.recordSorts(0), {
          last: true,
        })) {
          return found && items.fromRecordItem(found);
        }
        return undefined;
      }),

    async putChunk(journal, chunk) {
      await run(() => putIfAbsent(place, items.toChunkItem(journal, chunk)));
    },

    async *readChunks(journal, nonce) {
      for await (const item of read(journal, items.chunkSorts(nonce))) {
        yield items.fromChunkItem(nonce, item);
      }
    },

    async [Symbol.asyncDispose]() {
      isClosed = true;
      if (owned) client.destroy();
    },
  };
}

/** What an update sets: the members, and the keys of the indexes that follow from them. */
function changesOf({ id }: RunRef, patch: RunPatch, queue: string | undefined): Item {
  const { status, dueAt } = patch;
  return { ...items.toAttributes({ ...patch }), ...items.indexKeys(id, { status, queue, dueAt }) };
}
