import type { StoreLimits } from "@executus/core";
import { MongoClient } from "mongodb";
import type { MongoClientOptions } from "mongodb";

/** A client of the caller's, or a URL from which the store makes one of its own. */
export interface MongoStoreOptions {
  /** A client that the caller keeps and closes. Its time limits and pool are the store's, its read and write concerns are not. */
  readonly client?: MongoClient | undefined;
  /** A connection string. The store makes a client of it, with time limits that fit the core's where it sets none, and closes it. */
  readonly url?: string | undefined;
  /** @default the one that `url` names, else "executus" */
  readonly database?: string | undefined;
  /** Goes before the names of the collections, so that they can live beside others. @default "" */
  readonly collectionPrefix?: string | undefined;
  /** @default 4 MiB for `maxRecordBytes`; 15 MiB is the most that a document can hold */
  readonly limits?: Partial<StoreLimits> | undefined;
}

/** What the options say, all of it. */
export interface MongoSettings {
  readonly client: MongoClient;
  /** Whether the store made the client, and closes it. */
  readonly owned: boolean;
  readonly database: string;
  readonly collectionPrefix: string;
  readonly limits: StoreLimits;
}

/** A document may have 16 MiB: this leaves room for its other members. */
const mostRecordBytes = 15 * 1024 * 1024;
const defaultRecordBytes = 4 * 1024 * 1024;

/** Shorter than those of the driver, whose errors say more than "no answer". */
const timeLimits = {
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 15_000,
} as const;

/** @throws {TypeError} if an option is not what it should be. */
export function checkOptions(options: MongoStoreOptions): MongoSettings {
  const given: unknown = options;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw unexpected("the options of mongoStore", "an object such as { url }", kindOf(given));
  }
  const { client, url, collectionPrefix = "", limits } = options;
  if ((client === undefined) === (url === undefined)) {
    throw unexpected("either `client` or `url`", "given", client ? "both" : "neither");
  }
  if (client !== undefined && typeof (client as Partial<MongoClient>)?.db !== "function") {
    throw unexpected("`client`", "a MongoClient", kindOf(client));
  }
  const { database = (url && databaseOf(url)) || "executus" } = options;
  if (typeof database !== "string" || !/^[^/\\. "$*<>:|?\0]{1,63}$/.test(database)) {
    throw unexpected("`database`", "a name that MongoDB allows", showName(database));
  }
  if (typeof collectionPrefix !== "string" || !/^[\w.-]{0,64}$/.test(collectionPrefix)) {
    const wanted = "at most 64 letters, digits, dots, dashes and underscores";
    throw unexpected("`collectionPrefix`", wanted, showName(collectionPrefix));
  }
  const maxRecordBytes = limits?.maxRecordBytes ?? defaultRecordBytes;
  if (
    !Number.isSafeInteger(maxRecordBytes) ||
    maxRecordBytes < 1 ||
    maxRecordBytes > mostRecordBytes
  ) {
    const wanted = `an integer from 1 to ${mostRecordBytes}`;
    throw unexpected("`limits.maxRecordBytes`", wanted, String(maxRecordBytes));
  }
  return {
    client: client ?? makeClient(url),
    owned: client === undefined,
    database,
    collectionPrefix,
    limits: { maxRecordBytes },
  };
}

function databaseOf(url: unknown): string | undefined {
  return /^[^/]*\/\/[^/]*\/([^?]*)/.exec(String(url))?.[1];
}

/** The error never shows a URL, nor has the driver's as its cause: there may be a password in it. */
function makeClient(url: unknown): MongoClient {
  const wanted = 'a connection string such as "mongodb://localhost:27017/runs"';
  if (typeof url !== "string") throw unexpected("`url`", wanted, kindOf(url));
  try {
    return new MongoClient(url, timeLimitsBeside(url));
  } catch {
    const got = "one that cannot be read. Percent-encode user and password, and check its options";
    throw unexpected("`url`", wanted, got);
  }
}

/** The time limits that the URL does not set: in the driver, options win over the URL. */
function timeLimitsBeside(url: string): MongoClientOptions {
  const set = new URLSearchParams(url.slice(url.indexOf("?") + 1).toLowerCase());
  const left = Object.entries(timeLimits).filter(([name]) => !set.has(name.toLowerCase()));
  return Object.fromEntries(left);
}

function unexpected(what: string, wanted: string, got: string): TypeError {
  return new TypeError(`Expected ${what} to be ${wanted}, got ${got}.`);
}

function showName(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
