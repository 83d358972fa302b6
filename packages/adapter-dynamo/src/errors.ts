import { type ErrorCode, ExecutusError, isExecutusError } from "@executus/core";

/** Names of AWS for what no repetition mends. Each is met before anything is written. */
const refused: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "ExpiredTokenException",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

export function storeClosed(): ExecutusError {
  const message = 'The store "dynamo" was disposed of. Create another one.';
  return new ExecutusError("EXECUTUS_STORE_CLOSED", message);
}

export function misconfigured(table: string, what: string, cause?: unknown): ExecutusError {
  return storeError("EXECUTUS_STORE_MISCONFIGURED", table, what, cause);
}

export function unavailable(table: string, what: string, cause?: unknown): ExecutusError {
  return storeError("EXECUTUS_STORE_UNAVAILABLE", table, what, cause);
}

function storeError(code: ErrorCode, table: string, what: string, cause: unknown): ExecutusError {
  return new ExecutusError(code, `The table "${table}" ${what}`, { cause });
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** An error of the SDK as the store's own. What may have been applied is `EXECUTUS_STORE_UNAVAILABLE`. */
export function fromDynamo(error: unknown, table: string): unknown {
  if (isExecutusError(error) || !(error instanceof Error)) return error;
  const { name, message } = error;
  if (name === "ResourceNotFoundException") {
    return misconfigured(
      table,
      'is not there. Set "createTable", make it as the README of "@executus/adapter-dynamo" says, or check the region.',
      error,
    );
  }
  if (refused.has(name)) {
    return misconfigured(
      table,
      `may not be used with these credentials (${name}). Check them, their policy and the region.`,
      error,
    );
  }
  if (name === "ValidationException" && /item size/i.test(message)) {
    const what = 'refused an item as too large. Lower "limits.maxRecordBytes".';
    return storeError("EXECUTUS_TOO_LARGE", table, what, error);
  }
  if (name === "ValidationException") {
    return misconfigured(table, "refused a request. Check its keys and indexes.", error);
  }
  return unavailable(
    table,
    `cannot be used now (${name}). Check its capacity, and that AWS can be reached.`,
    error,
  );
}
