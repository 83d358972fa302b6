import { randomUUID } from "node:crypto";
import { dynamoStore } from "@executus/adapter-dynamo";
import { mongoStore } from "@executus/adapter-mongo";
import type { SharedPlace } from "./stores.ts";

/** A database of its own on a server. FerretDB reads all of a collection for each range of it. */
export function mongoPlace(server: string): SharedPlace {
  const url = new URL(server);
  url.pathname = `place-${randomUUID()}`;
  return {
    name: "mongo",
    address: url.href,
    open: () => mongoStore({ url: url.href }),
    [Symbol.dispose]: () => {},
  };
}

/** A table of its own on a server. */
export function dynamoPlace(endpoint: string): SharedPlace {
  const table = `place-${randomUUID()}`;
  return {
    name: "dynamo",
    address: `dynamodb://${table}?endpoint=${encodeURIComponent(endpoint)}`,
    open: () => dynamoStore({ table, endpoint, createTable: true }),
    [Symbol.dispose]: () => {},
  };
}
