import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { MongoClient } from "mongodb";

/** A client that keeps words. */
export interface WordClient extends AsyncDisposable {
  keep(id: string, word: string): Promise<void>;
  word(id: string): Promise<string | undefined>;
}

interface WordDocument {
  _id: string;
  word: string;
}

export function mongoClient(url: string): WordClient {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  const words = client.db("test").collection<WordDocument>("words");
  return {
    keep: async (_id, word) => void (await words.insertOne({ _id, word })),
    word: async (_id) => (await words.findOne({ _id }))?.word,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

export function dynamoClient(endpoint: string): WordClient {
  const TableName = "words";
  const client = localDynamo(endpoint);
  return {
    keep: async (id, word) => {
      await createTable(client, TableName);
      await client.send(
        new PutItemCommand({ TableName, Item: { id: { S: id }, word: { S: word } } }),
      );
    },
    word: async (id) => {
      const Key = { id: { S: id } };
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key, ConsistentRead: true }),
      );
      return Item?.["word"]?.S;
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

function localDynamo(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
}

async function createTable(client: DynamoDBClient, TableName: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName });
}
