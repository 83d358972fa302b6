import { STATUS_CODES } from "node:http";
import { isExecutusError } from "@executus/core";
import type { ErrorCode, InvalidInputError } from "@executus/core";
import type { ErrorRequestHandler } from "express";

/** What this server refuses by itself. Its message is for the client. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly issues: readonly Issue[] | undefined;

  constructor(status: number, code: string, message: string, issues?: readonly Issue[]) {
    super(message);
    this.status = status;
    this.code = code;
    this.issues = issues;
  }
}

/** What is wrong at one place of what the client sent. */
interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Errors of Executus that are for the client: their messages hold no payload. All others are this server's own affair. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  EXECUTUS_INVALID_RUN_ID: 400,
  EXECUTUS_INVALID_INPUT: 400,
  EXECUTUS_INVALID_CURSOR: 400,
  EXECUTUS_RUN_NOT_FOUND: 404,
  EXECUTUS_RUN_EXISTS: 409,
  EXECUTUS_DEFINITION_CHANGED: 409,
  EXECUTUS_TOO_LARGE: 413,
  EXECUTUS_STORE_UNAVAILABLE: 503,
  EXECUTUS_STORE_CLOSED: 503,
  EXECUTUS_EXECUTOR_CLOSED: 503,
  EXECUTUS_SHUTDOWN: 503,
};

/** What becomes of an error on its way to the client. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isExecutusError(error)) {
    const status = statuses[error.code];
    const issues = isExecutusError(error, "EXECUTUS_INVALID_INPUT")
      ? issuesIn(error.issues)
      : undefined;
    if (status !== undefined) return new Refusal(status, error.code, error.message, issues);
  }
  const status = statusOfExpress(error);
  if (status !== undefined) return new Refusal(status, "BAD_REQUEST", wordsOf(error, status));
  return new Refusal(500, "INTERNAL", "Something went wrong here. It has been logged.");
}

/** The last handler of the app: the one place where errors become answers. */
export const answerErrors: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const { status, code, message, issues } = refusalOf(error);
  if (status === 500) console.error(error);
  // A stream that has begun can only break off.
  if (response.headersSent) return void response.destroy();
  if (status === 503) response.set("Retry-After", "1");
  response.status(status).json({ error: { code, message, issues } });
};

/** What a schema has found. Its words may quote what was sent: they go to nobody else. */
export function issuesIn(found: InvalidInputError["issues"]): readonly Issue[] {
  return found.map(({ path = [], message }) => {
    const keys = path.map((part) => (typeof part === "object" ? part.key : part));
    return { path: keys.map((key) => (typeof key === "number" ? key : String(key))), message };
  });
}

/** Express and its parsers mark what the client has done wrong. */
function statusOfExpress(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("status" in error)) return undefined;
  const { status } = error;
  return typeof status === "number" && status >= 400 && status < 500 ? status : undefined;
}

/** Their messages quote what was sent. */
function wordsOf(error: unknown, status: number): string {
  const isJson = error instanceof SyntaxError;
  return isJson ? "The body is no valid JSON." : `${STATUS_CODES[status] ?? "Bad Request"}.`;
}
