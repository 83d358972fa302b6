import type { StoreLimits } from "@executus/core";
import type { DatabaseSync } from "node:sqlite";

export interface SqliteStoreOptions {
  /**
   * A file, which is created if it is missing; or `":memory:"`; or an open database that the caller keeps and closes.
   * It holds nothing else.
   */
  readonly database: string | DatabaseSync;
  /** How long a call waits for a lock that another connection holds. @default 5000 */
  readonly lockTimeoutMs?: number | undefined;
  /** @default 1 MiB for `maxRecordBytes` */
  readonly limits?: Partial<StoreLimits> | undefined;
}

/** @throws {TypeError} */
export function checkOptions(options: unknown): asserts options is SqliteStoreOptions {
  if (!isObject(options)) {
    throw unexpected("the options of sqliteStore", "an object such as { database }", options);
  }
  const { database, limits, lockTimeoutMs } = options as Readonly<Record<string, unknown>>;
  const isPath = typeof database === "string" && database !== "" && !database.includes("\0");
  if (!isPath && !(isObject(database) && "prepare" in database)) {
    throw unexpected("`database`", "a path or an open DatabaseSync", database);
  }
  const isTime = typeof lockTimeoutMs === "number" && lockTimeoutMs >= 0;
  if (lockTimeoutMs !== undefined && !isTime) {
    throw unexpected("`lockTimeoutMs`", "a number of at least 0", lockTimeoutMs);
  }
  if (limits !== undefined && !isObject(limits)) {
    throw unexpected("`limits`", "an object such as { maxRecordBytes }", limits);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unexpected(what: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`Expected ${what} to be ${wanted}, got ${show(value)}.`);
}

function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (value === "") return '""';
  if (typeof value === "number") return `\`${value}\` (number)`;
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
