import { type ErrorCode, ExecutusError } from "@executus/core";

interface Failure {
  readonly code: ErrorCode;
  /** Completes the sentence `The database "…" …`, and says what to do. */
  readonly message: string;
}

const locked: Failure = {
  code: "EXECUTUS_STORE_UNAVAILABLE",
  message: 'stayed locked. Keep transactions in it short, or raise "lockTimeoutMs".',
};

const forbidden: Failure = {
  code: "EXECUTUS_STORE_MISCONFIGURED",
  message: "may not be used like this. Check the permissions of its file and folder.",
};

/**
 * What SQLite's primary result codes mean for a store. `STORE_MISCONFIGURED` says "surely not applied", so it is only
 * for what a statement meets before its commit; what can also hit a commit (I/O, memory) is of unknown fate.
 */
const failures: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  // SQLITE_ERROR: a statement does not fit the tables.
  [1, misconfigured("does not have the tables of its schema version. Restore it, or use another.")],
  [3, forbidden],
  [5, locked],
  [6, locked],
  [7, unavailable("ran out of memory. Give the process more.")],
  [8, misconfigured("is read-only. Make its file and its folder writable for this process.")],
  [10, unavailable("answered with an I/O error. Check its disk.")],
  // SQLITE_CORRUPT: met while reading pages, before the commit; and no repetition mends a file.
  [11, misconfigured("is damaged. Restore it from a backup.")],
  [13, unavailable("is full. Free some space on its disk, or raise its max_page_count.")],
  [14, misconfigured("cannot be opened. Check that its folder exists and can be written.")],
  [15, locked],
  [18, { code: "EXECUTUS_TOO_LARGE", message: "refused a value as too big. Save less at once." }],
  [23, forbidden],
  [24, misconfigured("is no SQLite database. Name another file.")],
  [26, misconfigured("is no SQLite database. Name another file.")],
]);

function misconfigured(message: string): Failure {
  return { code: "EXECUTUS_STORE_MISCONFIGURED", message };
}

function unavailable(message: string): Failure {
  return { code: "EXECUTUS_STORE_UNAVAILABLE", message };
}

/** A store that was disposed of, or not opened. */
export function storeClosed(why: string): ExecutusError {
  return new ExecutusError("EXECUTUS_STORE_CLOSED", `The store "sqlite" ${why}`);
}

/** A Node that is too old, or was told to do without. */
export function withoutDriver(): ExecutusError {
  const message = `Node.js "${process.version}" has no "node:sqlite". Use 22.13 or newer.`;
  return new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", message);
}

/**
 * The files at the name of an open database are not those that were opened. A write that went into them may be found there,
 * if they are put back; one that was held back is surely not.
 */
export function filesDiffer(
  database: string,
  what: string,
  fate: "not applied" | "unknown fate",
): ExecutusError {
  const code =
    fate === "not applied" ? "EXECUTUS_STORE_MISCONFIGURED" : "EXECUTUS_STORE_UNAVAILABLE";
  return new ExecutusError(code, `The database "${database}" ${what}`);
}

/** Whether a lock was in the way: the statement was surely not applied, and may be tried again. */
export function isLocked(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && failures.get(code) === locked;
}

/** What the driver reports when a lock is in the way, for a lock that only we see. */
export function lockedBy(reason: string): Error {
  return Object.assign(new Error(reason), { code: "ERR_SQLITE_ERROR", errcode: 5 });
}

/** The primary result code, without the extension in the upper bytes. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

/** An error of the driver as the store's own. Others, and what nobody has foreseen, stay as they are. */
export function fromSqlite(error: unknown, database: string): unknown {
  const failure = failures.get(resultCode(error) ?? -1);
  if (failure !== undefined) {
    const message = `The database "${database}" ${failure.message}`;
    return new ExecutusError(failure.code, message, { cause: error });
  }
  if (!(error instanceof Error) || !("code" in error)) return error;
  if (error.code !== "ERR_INVALID_STATE") return error;
  const message = `The database "${database}" was closed by its owner. Dispose of the store first.`;
  return new ExecutusError("EXECUTUS_STORE_CLOSED", message, { cause: error });
}
