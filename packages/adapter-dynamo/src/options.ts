import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { StoreLimits } from "@executus/core";

export interface DynamoStoreOptions {
  /** The name of the table. @default "executus" */
  readonly table?: string | undefined;
  /** A client that the caller keeps and destroys. @default one of the store's own */
  readonly client?: DynamoDBClient | undefined;
  /** Of the store's own client. @default that of the environment */
  readonly region?: string | undefined;
  /** Of the store's own client: `http://localhost:8000`, say. @default that of AWS */
  readonly endpoint?: string | undefined;
  /** Makes the table if it is missing, billed by request. @default false */
  readonly createTable?: boolean | undefined;
  /** @default 384 KiB for `maxRecordBytes`, which is also the most: an item has 400 KB with its names and keys */
  readonly limits?: Partial<StoreLimits> | undefined;
}

/** What the options say, all of it. */
export interface DynamoSettings {
  readonly table: string;
  readonly client: DynamoDBClient;
  /** Whether the store made the client, and destroys it. */
  readonly owned: boolean;
  readonly createTable: boolean;
  readonly limits: StoreLimits;
}

const mostRecordBytes = 384 * 1024;

/** @throws {TypeError} if an option is not what it should be. */
export function checkOptions(options: DynamoStoreOptions): DynamoSettings {
  const given: unknown = options;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw unexpected("the options of dynamoStore", "an object such as { table }", given);
  }
  const { table = "executus", client, region, endpoint, createTable = false, limits } = options;
  if (typeof table !== "string" || !/^[\w.-]{3,255}$/.test(table)) {
    const wanted = "3 to 255 letters, digits, dots, dashes and underscores";
    throw unexpected("`table`", wanted, table);
  }
  if (client !== undefined && typeof (client as Partial<DynamoDBClient>)?.send !== "function") {
    throw unexpected("`client`", "a DynamoDBClient", client);
  }
  for (const [name, value] of Object.entries({ region, endpoint })) {
    if (value === undefined) continue;
    if (client !== undefined) {
      throw unexpected(`\`${name}\``, "left out where there is a `client`", value);
    }
    if (typeof value !== "string" || value === "") throw unexpected(`\`${name}\``, "text", value);
  }
  if (endpoint !== undefined && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? "")) {
    // It is not shown: there may be a password in it.
    throw new TypeError(
      "Expected `endpoint` to be an http or https URL, such as http://localhost:8000.",
    );
  }
  if (typeof createTable !== "boolean") {
    throw unexpected("`createTable`", "true or false", createTable);
  }
  const maxRecordBytes = limits?.maxRecordBytes ?? mostRecordBytes;
  if (
    !(
      Number.isSafeInteger(maxRecordBytes) &&
      0 < maxRecordBytes &&
      maxRecordBytes <= mostRecordBytes
    )
  ) {
    const wanted = `an integer from 1 to ${mostRecordBytes}`;
    throw unexpected("`limits.maxRecordBytes`", wanted, maxRecordBytes);
  }
  return {
    table,
    client: client ?? makeClient(region, endpoint),
    owned: client === undefined,
    createTable,
    limits: { maxRecordBytes },
  };
}

function makeClient(region: string | undefined, endpoint: string | undefined): DynamoDBClient {
  return new DynamoDBClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    // The core repeats. One more try is the SDK's, which sets its clock right by the first one's answer.
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 8_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: 256 },
      httpsAgent: { keepAlive: true, maxSockets: 256 },
    },
  });
}

function unexpected(what: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`Expected ${what} to be ${wanted}, got ${show(value)}.`);
}

function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "number" ? `\`${value}\`` : `a value of type ${typeof value}`;
}
