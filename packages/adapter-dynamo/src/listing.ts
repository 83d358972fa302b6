import { QueryCommand } from "@aws-sdk/client-dynamodb";
import type { RunPage, RunQuery, RunRow } from "@executus/core";
import { getAll } from "./batches.ts";
import * as items from "./items.ts";
import type { Place } from "./requests.ts";
import type { IndexName } from "./table.ts";

/** A range of one index, and one of its partitions for each shard. */
interface Range {
  readonly index: IndexName;
  readonly partitions: readonly string[];
  readonly first: string;
  readonly last: string;
}

/** What one shard gave: sort keys in order, and whether it has more. */
interface ShardPage {
  readonly keys: readonly string[];
  readonly more: boolean;
}

/**
 * Finds the keys by the index, all shards at once, and then reads the rows, which are newer than the index: those that do
 * not answer the query any more are left out.
 */
export async function listRuns(place: Place, query: RunQuery): Promise<RunPage> {
  const range = rangeOf(query);
  const shards = await Promise.all(
    range.partitions.map((partition) => queryShard(place, range, partition, query.limit)),
  );
  const { keys, more } = merged(shards, query.limit);
  const ids = keys.map(items.idOfSortKey);
  const found = await getAll(place, ids.map(items.rowKey));
  const rows = new Map(found.map(items.fromRowItem).map((row) => [row.id, row]));
  const runs = ids
    .map((id) => rows.get(id))
    .filter((row) => row !== undefined)
    .filter((row) => answers(row, query));
  const last = keys.at(-1);
  return more && last !== undefined ? { runs, cursor: last } : { runs };
}

function rangeOf({ status, due, cursor }: RunQuery): Range {
  const shards = Array.from({ length: items.shards }, (_, shard) => shard);
  // The first key after that of the cursor.
  const first = cursor === undefined ? "0" : `${checked(cursor)}\0`;
  if (due === undefined) {
    const partitions = shards.map((shard) => items.createdPartition(status, shard));
    return { index: "created", partitions, first, last: "g" };
  }
  const partitions = shards.map((shard) => items.duePartition(status, due.queue, shard));
  // "#" goes before an id, and "$" comes right after it.
  return { index: "due", partitions, first, last: `${items.sortable(due.before)}$` };
}

function checked(cursor: string): string {
  if (/^[0-9a-f]{16}#/.test(cursor)) return cursor;
  throw new TypeError(`Expected \`cursor\` to be that of the page before, got "${cursor}".`);
}

async function queryShard(
  { client, table }: Place,
  { index, first, last }: Range,
  partition: string,
  limit: number,
): Promise<ShardPage> {
  if (first > last) return { keys: [], more: false };
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: index,
      KeyConditionExpression: "#pk = :pk and #sk between :first and :last",
      ExpressionAttributeNames: { "#pk": `${index}Pk`, "#sk": `${index}Sk` },
      ExpressionAttributeValues: {
        ":pk": { S: partition },
        ":first": { S: first },
        ":last": { S: last },
      },
      Limit: limit,
    }),
  );
  const keys = Items.map((item) => item[`${index}Sk`]?.S ?? "");
  return { keys, more: LastEvaluatedKey !== undefined };
}

/** The first keys of all shards. What a shard has not told yet may come right after the last key that it did tell. */
function merged(shards: readonly ShardPage[], limit: number): ShardPage {
  const horizons = shards.filter(({ more }) => more).map(({ keys }) => keys.at(-1) ?? "");
  const all = shards.flatMap(({ keys }) => keys).toSorted(compareBytes);
  const known = all.filter((key) => horizons.every((horizon) => compareBytes(key, horizon) <= 0));
  const keys = known.slice(0, limit);
  return { keys, more: keys.length < all.length || horizons.length > 0 };
}

/** As the index does. `<` compares UTF-16, where U+1F600 comes before U+FF01. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function answers(row: RunRow, { status, due }: RunQuery): boolean {
  if (row.status !== status) return false;
  return due === undefined || (row.queue === due.queue && row.dueAt <= due.before);
}
