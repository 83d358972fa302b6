import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetItemCommand, BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { unavailable } from "./errors.ts";
import type { Item } from "./items.ts";
import type { Place } from "./requests.ts";

const mostGets = 100;
const mostDeletes = 25;
/** Batches that are under way at once. */
const atOnce = 8;
const mostTries = 10;

/** Reads items, strongly consistent and in no order. Those that are not there are left out. */
export async function getAll({ client, table }: Place, keys: readonly Item[]): Promise<Item[]> {
  const items: Item[] = [];
  await inBatches(table, keys, mostGets, async (batch) => {
    const { Responses = {}, UnprocessedKeys = {} } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: batch, ConsistentRead: true } } }),
    );
    items.push(...(Responses[table] ?? []));
    return UnprocessedKeys[table]?.Keys ?? [];
  });
  return items;
}

/** Deletes items. */
export async function deleteAll({ client, table }: Place, keys: readonly Item[]): Promise<void> {
  await inBatches(table, keys, mostDeletes, async (batch) => {
    const requests = batch.map((key) => ({ DeleteRequest: { Key: key } }));
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
    );
    return (UnprocessedItems[table] ?? []).map(({ DeleteRequest }) => DeleteRequest?.Key ?? {});
  });
}

/** Hands keys over, batch by batch, and those that come back unprocessed again after a pause. */
async function inBatches(
  table: string,
  keys: readonly Item[],
  size: number,
  send: (batch: Item[]) => Promise<Item[]>,
): Promise<void> {
  const process = async (batch: Item[]): Promise<void> => {
    let left = batch;
    for (let tries = 1; left.length > 0; tries += 1) {
      left = await send(left);
      if (left.length === 0) return;
      if (tries === mostTries) {
        throw unavailable(table, "is throttled. Raise its capacity.");
      }
      await sleep(Math.random() * Math.min(25 * 2 ** tries, 1_000));
    }
  };
  for (let from = 0; from < keys.length; from += size * atOnce) {
    const batches: Item[][] = [];
    const to = Math.min(from + size * atOnce, keys.length);
    for (let at = from; at < to; at += size) batches.push(keys.slice(at, Math.min(at + size, to)));
    await Promise.all(batches.map(process));
  }
}
