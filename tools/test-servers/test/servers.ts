import { once } from "node:events";
import { connect } from "node:net";
import { startDynamo, startMongo } from "../src/index.ts";
import type { Missing, TestServer } from "../src/index.ts";
import { thisMachine } from "../src/surroundings.ts";
import { dynamoClient, mongoClient } from "./clients.ts";
import type { WordClient } from "./clients.ts";

/** A kind of server, and a client for it. */
export interface Kind {
  readonly name: string;
  readonly start: () => Promise<TestServer | Missing>;
  readonly connect: (url: string) => WordClient;
}

export const kinds: readonly Kind[] = [
  { name: "MongoDB", start: () => startMongo(), connect: mongoClient },
  { name: "DynamoDB", start: () => startDynamo({ onDisk: true }), connect: dynamoClient },
  {
    name: "dynalite",
    start: () => startDynamo({ onDisk: true }, { ...thisMachine, path: "" }),
    connect: dynamoClient,
  },
];

/** Whether anybody listens there. */
export async function listens(url: string): Promise<boolean> {
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
