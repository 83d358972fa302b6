import { DynamoDBClient, paginateQuery, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "@executus/adapter-dynamo";
import { mongoStore } from "@executus/adapter-mongo";
import type { RunStore } from "@executus/core";
import { isMissing, startDynamo, startMongo } from "@executus/test-servers";
import { MongoClient } from "mongodb";
import { message } from "./programs.ts";

/** A database server: its store, and the same by hand. */
export interface Server {
  readonly name: string;
  /** What one insert is called there. */
  readonly insert: string;
  /** In a database that nobody has used, where there can be several. */
  readonly open: () => Opened;
  /** Puts one record, by hand, into a database like the store's. */
  readonly insertByHand: () => (journal: string, seq: number) => Promise<void>;
}

interface Opened {
  readonly store: RunStore;
  /** Reads by hand what the records of a journal hold, in order. */
  readonly readByHand: (journal: string) => AsyncIterable<string>;
}

/** What a record holds beside its key. */
const record = {
  type: "save",
  generation: 1,
  nonce: crypto.randomUUID(),
  at: Date.now(),
  checksum: 1,
  data: JSON.stringify({ messages: [message, message] }),
};

/** Does something with each server that can be had, one after the other. */
export async function withServers(use: (server: Server) => Promise<void>): Promise<void> {
  await withMongo(use);
  await withDynamo(use);
}

async function withMongo(use: (server: Server) => Promise<void>): Promise<void> {
  const found = await startMongo();
  if (isMissing(found)) return console.warn(found.missing);
  await using server = found;
  const client = new MongoClient(server.url);
  await use({
    name: server.name,
    insert: "insertOne",
    open() {
      const database = `executus-${crypto.randomUUID()}`;
      const records = client.db(database).collection<{ _id: string; data: string }>("records");
      return {
        store: mongoStore({ client, database }),
        async *readByHand(journal) {
          const keys = { $gte: `${journal}:`, $lt: `${journal};` };
          for await (const { data } of records.find({ _id: keys }).sort({ _id: 1 })) yield data;
        },
      };
    },
    insertByHand() {
      const records = client
        .db(`by-hand-${crypto.randomUUID()}`)
        .collection<{ _id: string }>("records", { writeConcern: { w: "majority", journal: true } });
      return async (journal, seq) => {
        await records.insertOne({ _id: `${journal}:${seq}`, ...record });
      };
    },
  });
  await client.close();
}

async function withDynamo(use: (server: Server) => Promise<void>): Promise<void> {
  const found = await startDynamo();
  if (isMissing(found)) return console.warn(found.missing);
  await using server = found;
  const client = new DynamoDBClient({
    endpoint: server.url,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  // The same table for both, with its indexes, although no record is in them.
  const TableName = "executus";
  await using layout = dynamoStore({ client, table: TableName, createTable: true });
  await layout.open();
  await use({
    name: server.name,
    insert: "PutItem",
    open: () => ({
      store: dynamoStore({ client, table: TableName }),
      async *readByHand(journal) {
        const query = {
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :pk and begins_with(sk, :record)",
          ExpressionAttributeValues: {
            ":pk": { S: `journal#${journal}` },
            ":record": { S: "record#" },
          },
        };
        for await (const { Items = [] } of paginateQuery({ client }, query)) {
          for (const item of Items) yield item["data"]?.S ?? "";
        }
      },
    }),
    insertByHand() {
      const { type, nonce, data, ...numbers } = record;
      const attributes = Object.entries(numbers).map(([name, value]) => [name, { N: `${value}` }]);
      return async (journal, seq) => {
        const keys = { pk: { S: journal }, sk: { S: `${seq}` } };
        const texts = { type: { S: type }, nonce: { S: nonce }, data: { S: data } };
        await client.send(
          new PutItemCommand({
            TableName,
            Item: { ...keys, ...texts, ...Object.fromEntries(attributes) },
            ConditionExpression: "attribute_not_exists(pk)",
          }),
        );
      };
    },
  });
  client.destroy();
}
