import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "@executus/adapter-dynamo";
import { mongoStore } from "@executus/adapter-mongo";
import { isMissing, startDynamo, startMongo } from "@executus/test-servers";
import { MongoClient } from "mongodb";
import type { Row, Scale } from "../benchmark.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import type { Subject } from "../interleaved.ts";
import { message } from "../programs.ts";
import { perTurn } from "../turns.ts";

/** A database server, and the two ways to save in it. */
interface Pair {
  readonly name: string;
  readonly byHand: string;
  readonly save: (turns: number) => Subject;
  readonly floor: (turns: number) => Subject;
}

/** Saves on database servers, where they can be had. */
export async function databaseRows({ rounds, quick }: Scale): Promise<Row[]> {
  const rows: Row[] = [];
  const turns = quick ? 20 : 100;
  for (const withPair of [withMongo, withDynamo]) {
    await withPair(async ({ name, byHand, save, floor }) => {
      const measured = await interleaved({ save: save(turns), floor: floor(turns) }, rounds);
      rows.push(
        { what: `${name}, ${byHand} by hand`, unit: "µs", value: measured.of("floor") },
        {
          what: `${name}, a turn`,
          unit: "µs",
          value: measured.of("save"),
          ratio: { to: `the ${byHand} by hand`, times: measured.ratio("save", "floor") },
        },
      );
    });
  }
  return rows;
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

async function withMongo(use: (pair: Pair) => Promise<void>): Promise<void> {
  const found = await startMongo();
  if (isMissing(found)) return console.warn(found.missing);
  await using server = found;
  const client = new MongoClient(server.url);
  await use({
    name: server.name,
    byHand: "insertOne",
    save: (turns) => () =>
      perTurn(mongoStore({ client, database: `save-${crypto.randomUUID()}` }), turns),
    floor: (turns) => async () => {
      const journal = crypto.randomUUID();
      // A new database, as the other has. Its first record makes the collection.
      const records = client.db(`floor-${journal}`).collection<{ _id: string }>("records", {
        writeConcern: { w: "majority", journal: true },
      });
      await records.insertOne({ _id: journal, ...record });
      const took = await timeOf(async () => {
        for (let seq = 1; seq <= turns; seq += 1) {
          await records.insertOne({ _id: `${journal}:${seq}`, ...record });
        }
      });
      return (took * 1_000) / turns;
    },
  });
  await client.close();
}

async function withDynamo(use: (pair: Pair) => Promise<void>): Promise<void> {
  const found = await startDynamo();
  if (isMissing(found)) return console.warn(found.missing);
  await using server = found;
  const client = new DynamoDBClient({
    endpoint: server.url,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const TableName = "floor";
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName });
  await use({
    name: server.name,
    byHand: "PutItem",
    save: (turns) => () =>
      perTurn(dynamoStore({ client, table: "executus", createTable: true }), turns),
    floor: (turns) => async () => {
      const journal = crypto.randomUUID();
      const { type, nonce, data, ...numbers } = record;
      const attributes = Object.entries(numbers).map(([name, value]) => [name, { N: `${value}` }]);
      const took = await timeOf(async () => {
        for (let seq = 1; seq <= turns; seq += 1) {
          const keys = { pk: { S: journal }, sk: { S: `${seq}` } };
          const texts = { type: { S: type }, nonce: { S: nonce }, data: { S: data } };
          await client.send(
            new PutItemCommand({
              TableName,
              Item: { ...keys, ...texts, ...Object.fromEntries(attributes) },
              ConditionExpression: "attribute_not_exists(pk)",
            }),
          );
        }
      });
      return (took * 1_000) / turns;
    },
  });
  client.destroy();
}
