import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { nameOf } from "./errors.ts";
import type { Item } from "./items.ts";

/** Where requests go. */
export interface Place {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** An expression over the item as it is, with the names (`#status`) and values (`:status`) in it. */
interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values: Item;
}

/** Puts an item if there is none with its keys. @returns whether this call put it */
export function putIfAbsent({ client, table }: Place, item: Item): Promise<boolean> {
  const command = new PutItemCommand({
    TableName: table,
    Item: item,
    ConditionExpression: "attribute_not_exists(pk)",
  });
  return holds(client.send(command));
}

/** Reads an item. */
export async function getItem({ client, table }: Place, key: Item): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
  return (await client.send(command)).Item;
}

/** Sets attributes of an item if the condition holds. @returns whether it did */
export function updateIf(
  { client, table }: Place,
  key: Item,
  changes: Item,
  { expression, names, values }: Condition,
): Promise<boolean> {
  const changed = Object.entries(changes);
  const command = new UpdateItemCommand({
    TableName: table,
    Key: key,
    UpdateExpression: `set ${changed.map(([name]) => `#${name} = :${name}`).join(", ")}`,
    ConditionExpression: expression,
    ExpressionAttributeNames: {
      ...names,
      ...Object.fromEntries(changed.map(([name]) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ...values,
      ...Object.fromEntries(changed.map(([name, value]) => [`:${name}`, value])),
    },
  });
  return holds(client.send(command));
}

/** Deletes an item, if the condition holds. */
export async function deleteItem(
  { client, table }: Place,
  key: Item,
  condition?: Condition,
): Promise<void> {
  const command = new DeleteItemCommand({
    TableName: table,
    Key: key,
    ConditionExpression: condition?.expression,
    ExpressionAttributeNames: condition?.names,
    ExpressionAttributeValues: condition?.values,
  });
  await holds(client.send(command));
}

interface QueryOptions {
  /** The last item alone. */
  readonly last?: true | undefined;
  /** Nothing but the keys of the items. */
  readonly keysOnly?: true | undefined;
}

/** Yields a range of one partition, page by page, in the order of its sort keys. Strongly consistent. */
export async function* queryPages(
  { client, table }: Place,
  partition: Item[string],
  [first, last]: readonly [string, string],
  options: QueryOptions = {},
): AsyncGenerator<Item[], void> {
  let from: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk and sk between :first and :last",
        ExpressionAttributeValues: {
          ":pk": partition,
          ":first": { S: first },
          ":last": { S: last },
        },
        ExclusiveStartKey: from,
        ...(options.last && { ScanIndexForward: false, Limit: 1 }),
        ...(options.keysOnly && { ProjectionExpression: "pk, sk" }),
      }),
    );
    yield page.Items ?? [];
    from = options.last ? undefined : page.LastEvaluatedKey;
  } while (from !== undefined);
}

/** Whether the condition of a write held. */
async function holds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (nameOf(error) === "ConditionalCheckFailedException") return false;
    throw error;
  }
}
