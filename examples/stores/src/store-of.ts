import { resolve } from "node:path";
import type { RunStore } from "@executus/core";

/** The addresses that there are, for messages. */
export const addresses =
  '"memory:", "sqlite:FILE", "mongodb://HOST/DATABASE" or "dynamodb://TABLE?region=REGION&endpoint=URL"';

/**
 * A store by its address. Only the adapter that it names is loaded, and its driver.
 *
 * @param here - the folder from which the path of a file leads.
 * @throws {TypeError} if it is no address. It is not shown: there may be a password in it.
 */
export async function storeOf(address: string, here: string = process.cwd()): Promise<RunStore> {
  const [, scheme, rest = ""] = /^([a-z+]+):(.*)$/s.exec(address) ?? [];
  switch (scheme) {
    case "memory":
      return (await import("@executus/adapter-memory")).memoryStore();
    case "sqlite": {
      if (rest === "") break;
      const database = rest === ":memory:" ? rest : resolve(here, rest);
      return (await import("@executus/adapter-sqlite")).sqliteStore({ database });
    }
    case "mongodb":
    case "mongodb+srv":
      return (await import("@executus/adapter-mongo")).mongoStore({ url: address });
    case "dynamodb": {
      const { table, ...where } = dynamoAddress(address);
      const { dynamoStore } = await import("@executus/adapter-dynamo");
      return dynamoStore({ table, ...where, createTable: true });
    }
    case undefined:
    default:
  }
  throw new TypeError(`Expected the address of a store to be one like ${addresses}.`);
}

interface DynamoAddress {
  readonly table: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

function dynamoAddress(address: string): DynamoAddress {
  const [, table = "", query] = /^dynamodb:\/\/([^?/]*)\/?(?:\?(.*))?$/s.exec(address) ?? [];
  const options = new URLSearchParams(query);
  return {
    table,
    region: options.get("region") ?? undefined,
    endpoint: options.get("endpoint") ?? undefined,
  };
}
