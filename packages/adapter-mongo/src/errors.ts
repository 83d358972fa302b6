import { type ErrorCode, ExecutusError, isExecutusError } from "@executus/core";

const duplicateKey = 11_000;

/** Codes of the server for what no repetition mends. Each is met before anything is written. */
const failures: ReadonlyMap<unknown, readonly [code: ErrorCode, message: string]> = new Map([
  [13, misconfigured("does not let this user do that. Give it the role readWrite.")],
  [18, misconfigured("refused the credentials. Check user, password and authSource.")],
  // Atlas says so in place of 13 and 18.
  [8000, misconfigured("refused the credentials. Check the user, the password and its roles.")],
  [10_334, tooLarge()],
  [17_280, tooLarge()],
  [17_419, tooLarge()],
]);

function misconfigured(message: string): [ErrorCode, string] {
  return ["EXECUTUS_STORE_MISCONFIGURED", message];
}

function tooLarge(): [ErrorCode, string] {
  return ["EXECUTUS_TOO_LARGE", 'refused a document as too large. Lower "limits.maxRecordBytes".'];
}

export function storeClosed(why: string, cause?: unknown): ExecutusError {
  return new ExecutusError("EXECUTUS_STORE_CLOSED", `The store "mongo" ${why}`, { cause });
}

export function storeMisconfigured(message: string): ExecutusError {
  return new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", message);
}

/** Whether the server says that a document with this `_id` is there. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === duplicateKey;
}

/** An error of the driver as the store's own. What may have been applied is `EXECUTUS_STORE_UNAVAILABLE`. */
export function fromMongo(error: unknown, database: string): unknown {
  if (isExecutusError(error) || !(error instanceof Error)) return error;
  // Thrown before anything is sent; what was under way when a client was closed has other names.
  if (error.name === "MongoNotConnectedError") {
    return storeClosed("has a client that was closed. Dispose of the store first.", error);
  }
  const [code, message] = failures.get("code" in error ? error.code : undefined) ?? [
    "EXECUTUS_STORE_UNAVAILABLE",
    `cannot be used now (${error.name}). Check that its server can be reached and is healthy.`,
  ];
  return new ExecutusError(code, `The database "${database}" ${message}`, { cause: error });
}
