import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
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
      // A new database, as the other has.
      const records = client
        .db(`floor-${crypto.randomUUID()}`)
        .collection<{ _id: string }>("records", { writeConcern: { w: "majority", journal: true } });
      return warmly(turns, async (journal, seq) => {
        await records.insertOne({ _id: `${journal}:${seq}`, ...record });
      });
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
  // The same table as the other's, with its indexes, although no record is in them.
  await using layout = dynamoStore({ client, table: TableName, createTable: true });
  await layout.open();
  await use({
    name: server.name,
    byHand: "PutItem",
    save: (turns) => () =>
      perTurn(dynamoStore({ client, table: "executus", createTable: true }), turns),
    floor: (turns) => () => {
      const { type, nonce, data, ...numbers } = record;
      const attributes = Object.entries(numbers).map(([name, value]) => [name, { N: `${value}` }]);
      return warmly(turns, async (journal, seq) => {
        const keys = { pk: { S: journal }, sk: { S: `${seq}` } };
        const texts = { type: { S: type }, nonce: { S: nonce }, data: { S: data } };
        await client.send(
          new PutItemCommand({
            TableName,
            Item: { ...keys, ...texts, ...Object.fromEntries(attributes) },
            ConditionExpression: "attribute_not_exists(pk)",
          }),
        );
      });
    },
  });
  client.destroy();
}

/** Puts so many records into a journal, and then as many into another. @returns microseconds that one of those takes */
async function warmly(
  count: number,
  put: (journal: string, seq: number) => Promise<void>,
): Promise<number> {
  const putAll = async (): Promise<void> => {
    const journal = crypto.randomUUID();
    for (let seq = 1; seq <= count; seq += 1) await put(journal, seq);
  };
  await putAll();
  return ((await timeOf(putAll)) * 1_000) / count;
}
