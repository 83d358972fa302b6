import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "@executus/adapter-dynamo";
import { mongoStore } from "@executus/adapter-mongo";
import type { RunStore, StoreLimits } from "@executus/core";
import { serverOrSkip } from "@executus/test-servers";
import { MongoClient } from "mongodb";
import { inject } from "vitest";
import { tcpProxy } from "./tcp-proxy.ts";
import type { TcpProxy } from "./tcp-proxy.ts";
import { dynamoWire, mongoWire } from "./wires.ts";

/** A database of a test's own, with a proxy before it. */
export interface Network extends AsyncDisposable {
  readonly proxy: TcpProxy;
  /** A store that the proxy is not in the way of: what is really there. */
  readonly direct: RunStore;
  /** A store beyond the proxy, with a client of its own, open: as another process has it. */
  reach(): Promise<RunStore>;
}

/** A driver as somebody has set it up. */
export interface Driver {
  readonly name: string;
  /** Whether it sends again by itself what fails by the network. */
  readonly retries: boolean;
  network(skip: (reason: string) => never, limits?: StoreLimits): Promise<Network>;
}

interface Reached {
  readonly store: RunStore;
  readonly close?: () => Promise<void> | void;
}

async function networkOf(
  proxy: TcpProxy,
  direct: RunStore,
  connect: () => Reached,
): Promise<Network> {
  const reached: Reached[] = [];
  await direct.open();
  return {
    proxy,
    direct,
    reach: async () => {
      const one = connect();
      reached.push(one);
      await one.store.open();
      return one.store;
    },
    [Symbol.asyncDispose]: async () => {
      // A client that is closed takes leave of its server, and waits for the answer.
      proxy.heal();
      for (const { store, close } of reached) {
        await store[Symbol.asyncDispose]();
        await close?.();
      }
      await direct[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

type MongoReach = (url: string, database: string, limits: StoreLimits | undefined) => Reached;

function mongo(name: string, connect: MongoReach, retries = true): Driver {
  return {
    name: `mongo, ${name}`,
    retries,
    network: async (skip, limits) => {
      const { url } = serverOrSkip(inject("mongo"), skip);
      const { hostname: host, port } = new URL(url);
      const proxy = await tcpProxy({ host, port: Number(port) || 27_017 }, mongoWire);
      const database = `network-${randomUUID()}`;
      const proxied = new URL(url);
      proxied.host = `127.0.0.1:${proxy.port}`;
      // A member of a replica set would tell the driver a way past the proxy.
      proxied.searchParams.delete("replicaSet");
      proxied.searchParams.set("directConnection", "true");
      // Or each cut would cost half a second.
      proxied.searchParams.set("minHeartbeatFrequencyMS", "10");
      const direct = mongoStore({ url, database });
      return networkOf(proxy, direct, () => connect(proxied.href, database, limits));
    },
  };
}

function mongoClient(options: string): MongoReach {
  return (url, database, limits) => {
    const client = new MongoClient(`${url}&${options}`);
    return { store: mongoStore({ client, database, limits }), close: () => client.close() };
  };
}

type DynamoReach = (endpoint: string, table: string, limits: StoreLimits | undefined) => Reached;

function dynamo(name: string, connect: DynamoReach, retries = true): Driver {
  return {
    name: `dynamo, ${name}`,
    retries,
    network: async (skip, limits) => {
      const { url } = serverOrSkip(inject("dynamo"), skip);
      const { hostname: host, port } = new URL(url);
      const proxy = await tcpProxy({ host, port: Number(port) }, dynamoWire);
      const table = `network-${randomUUID()}`;
      const direct = dynamoStore({ table, endpoint: url, createTable: true });
      const endpoint = `http://127.0.0.1:${proxy.port}`;
      return networkOf(proxy, direct, () => connect(endpoint, table, limits));
    },
  };
}

function dynamoClient(config: DynamoDBClientConfig): DynamoReach {
  return (endpoint, table, limits) => {
    const client = new DynamoDBClient({ endpoint, ...config });
    return { store: dynamoStore({ client, table, limits }), close: () => client.destroy() };
  };
}

/** With the clients that the stores make. */
export const ownClients: readonly Driver[] = [
  mongo("its own client", (url, database, limits) => ({
    store: mongoStore({ url, database, limits }),
  })),
  dynamo("its own client", (endpoint, table, limits) => ({
    store: dynamoStore({ endpoint, table, limits }),
  })),
];

/** Sends up to three times by itself what fails by the network, writes as well. */
export const retryingClient: Driver = dynamo(
  "a client of a user's",
  dynamoClient({ maxAttempts: 3 }),
);

/** With clients of a user's who has set nothing, or that they retry. */
export const usersClients: readonly Driver[] = [
  mongo("a client of a user's", mongoClient("retryReads=true&retryWrites=true")),
  retryingClient,
];

/** With clients that never retry, nor give up. */
export const plainClients: readonly Driver[] = [
  mongo("a client that never retries", mongoClient("retryReads=false&retryWrites=false"), false),
  dynamo("a client that never retries", dynamoClient({ maxAttempts: 1 }), false),
];

/** Which give up soon what is not answered. */
export const hastyClients: readonly Driver[] = [
  mongo("a client with a time limit", mongoClient("socketTimeoutMS=200")),
  dynamo(
    "a client with a time limit",
    dynamoClient({
      maxAttempts: 1,
      requestHandler: { requestTimeout: 200, throwOnRequestTimeout: true },
    }),
  ),
];
