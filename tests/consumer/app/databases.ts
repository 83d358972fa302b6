/** Stores over drivers of other packages, of which nobody is asked anything yet. */
import { equal } from "node:assert/strict";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "@executus/adapter-dynamo";
import { mongoStore } from "@executus/adapter-mongo";
import type { RunStore } from "@executus/core";
import { MongoClient } from "mongodb";

const stores: readonly RunStore[] = [
  mongoStore({ url: "mongodb://localhost:27017/runs" }),
  mongoStore({ client: new MongoClient("mongodb://localhost:27017"), database: "runs" }),
  dynamoStore({ table: "runs", region: "local", endpoint: "http://localhost:8000" }),
  dynamoStore({ client: new DynamoDBClient({ region: "local" }) }),
];
equal(stores.map(({ name }) => name).join(" "), "mongo mongo dynamo dynamo");
for (const store of stores) await store[Symbol.asyncDispose]();
console.log("all as expected");
