import type { StandardSchemaV1 } from "@standard-schema/spec";

/** Every code of an {@link ExecutusError}. More may be added in a minor version. */
export type ErrorCode = (typeof errorCodes)[number];

/** All codes. docs/errors.md has a heading for each. */
export const errorCodes = [
  "EXECUTUS_RUN_EXISTS",
  "EXECUTUS_RUN_NOT_FOUND",
  "EXECUTUS_RUN_ACTIVE",
  "EXECUTUS_RUN_COMPLETED",
  "EXECUTUS_RUN_FAILED",
  "EXECUTUS_FENCED",
  "EXECUTUS_SHUTDOWN",
  "EXECUTUS_CANCELLED",
  "EXECUTUS_DEADLINE_EXCEEDED",
  "EXECUTUS_CRITIC_KILLED",
  "EXECUTUS_TURN_LIMIT",
  "EXECUTUS_TOOL_LOOP",
  "EXECUTUS_ATTEMPTS_EXHAUSTED",
  "EXECUTUS_DEFINITION_CHANGED",
  "EXECUTUS_UNKNOWN_DEFINITION",
  "EXECUTUS_NOT_SERIALIZABLE",
  "EXECUTUS_TOO_LARGE",
  "EXECUTUS_INVALID_RUN_ID",
  "EXECUTUS_INVALID_INPUT",
  "EXECUTUS_INVALID_CURSOR",
  "EXECUTUS_CORRUPT_RECORD",
  "EXECUTUS_UNSUPPORTED_FORMAT",
  "EXECUTUS_UNSUPPORTED",
  "EXECUTUS_STORE_UNAVAILABLE",
  "EXECUTUS_STORE_MISCONFIGURED",
  "EXECUTUS_STORE_CLOSED",
  "EXECUTUS_EXECUTOR_CLOSED",
] as const;

export interface ExecutusErrorOptions {
  readonly cause?: unknown;
  /** The run that the error is about. */
  readonly runId?: string | undefined;
  /** Whether the same call may succeed later. @default as the code says: true for `FENCED`, `SHUTDOWN`, `RUN_ACTIVE`, `STORE_UNAVAILABLE` */
  readonly retryable?: boolean | undefined;
  /** Whether what was asked for may have been applied although the call failed. @default false */
  readonly uncertain?: boolean | undefined;
}

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  "EXECUTUS_FENCED",
  "EXECUTUS_SHUTDOWN",
  "EXECUTUS_RUN_ACTIVE",
  "EXECUTUS_STORE_UNAVAILABLE",
]);

/** Any failure that Executus itself reports. Branch on `code`; messages may change. */
export class ExecutusError extends Error {
  override readonly name: string = "ExecutusError";
  readonly code: ErrorCode;
  readonly runId: string | undefined;
  readonly retryable: boolean;
  readonly uncertain: boolean;

  constructor(code: ErrorCode, message: string, options: ExecutusErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.runId = options.runId;
    this.retryable = options.retryable ?? retryableCodes.has(code);
    this.uncertain = options.uncertain ?? false;
  }
}

/** Of a schema whose words quote nothing of the input, so that they may stand in a message. */
export const ownVendor = "executus";

/** An input that does not fit its definition's schema. */
export class InvalidInputError extends ExecutusError {
  override readonly name = "InvalidInputError";
  /** What the schema found. Hidden from loggers: a schema's words may quote the input. */
  declare readonly issues: readonly StandardSchemaV1.Issue[];

  constructor(
    definition: string,
    issues: readonly StandardSchemaV1.Issue[],
    { runId, vendor }: { readonly runId?: string | undefined; readonly vendor?: string } = {},
  ) {
    const problem =
      vendor === ownVendor
        ? `is not what an agent takes: ${issues.map(explain).join("; ")}`
        : `does not fit its schema at ${[...new Set(issues.map(placeOf))].join(", ") || '"input"'}`;
    super(
      "EXECUTUS_INVALID_INPUT",
      `The input of "${definition}" ${problem}. See "issues" of this error.`,
      { runId },
    );
    Object.defineProperty(this, "issues", { value: issues, enumerable: false });
  }
}

function placeOf({ path = [] }: StandardSchemaV1.Issue): string {
  const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
  return `"${["input", ...keys].join(".")}"`;
}

/** One finding of a schema, with its place: `"input.city": expected text`. */
export function explain(issue: StandardSchemaV1.Issue): string {
  return `${placeOf(issue)}: ${issue.message}`;
}

export interface NotSerializableOptions {
  readonly code?: "EXECUTUS_NOT_SERIALIZABLE" | "EXECUTUS_TOO_LARGE" | undefined;
  readonly runId?: string | undefined;
  readonly cause?: unknown;
  /** Where the value is in what was encoded. @default `path` */
  readonly source?: readonly (string | number)[] | undefined;
}

/** A value that no record can hold, or that is too large for one. Nothing was written. */
export class NotSerializableError extends ExecutusError {
  override readonly name = "NotSerializableError";
  /** Where the value is, from the root of what was to be saved: `["history", 3, "content"]`. */
  readonly path: readonly (string | number)[];
  /** Where the value is in what the codec was given. */
  readonly source: readonly (string | number)[];
  readonly #what: string;

  /** @param what - the rest of the sentence that begins with the path in quotes. */
  constructor(
    what: string,
    path: readonly (string | number)[],
    options: NotSerializableOptions = {},
  ) {
    const { code = "EXECUTUS_NOT_SERIALIZABLE", source = path, ...rest } = options;
    super(code, `"${formatPath(path)}" ${what}`, rest);
    this.path = path;
    this.source = source;
    this.#what = what;
  }

  /** The error of a value that is over the limit. */
  static tooLarge(path: readonly (string | number)[]): NotSerializableError {
    return new NotSerializableError(
      'is too large to be saved. Save less, or raise "maxRecordedBytes".',
      path,
      { code: "EXECUTUS_TOO_LARGE" },
    );
  }

  /** The same refusal, with the path as the user knows it. */
  movedTo(path: readonly (string | number)[], runId: string): NotSerializableError {
    const code = this.code === "EXECUTUS_TOO_LARGE" ? this.code : "EXECUTUS_NOT_SERIALIZABLE";
    const cause = "cause" in this ? { cause: this.cause } : {};
    return new NotSerializableError(this.#what, path, {
      code,
      runId,
      source: this.source,
      ...cause,
    });
  }
}

/** An error with a code, and what comes with that code. */
export type ErrorWith<Code extends ErrorCode> = ExecutusError & {
  readonly code: Code;
} & (Code extends "EXECUTUS_INVALID_INPUT" ? Pick<InvalidInputError, "issues"> : unknown) &
  (Code extends "EXECUTUS_NOT_SERIALIZABLE" ? Pick<NotSerializableError, "path"> : unknown);

/** Whether `value` is an error of Executus (with this code), also one that another copy of the package made. */
export function isExecutusError(value: unknown): value is ExecutusError;
export function isExecutusError<Code extends ErrorCode>(
  value: unknown,
  code: Code,
): value is ErrorWith<Code>;
export function isExecutusError(value: unknown, code?: ErrorCode): boolean {
  if (typeof value !== "object" || value === null) return false;
  const found = codeOf(value);
  if (typeof found !== "string" || !found.startsWith("EXECUTUS_")) return false;
  return code === undefined || found === code;
}

/** Anything can be thrown, also what throws when it is looked at. */
function codeOf(value: { readonly code?: unknown }): unknown {
  try {
    return value.code;
  } catch {
    return undefined;
  }
}

/** Keys of a path that a message shows. */
const mostKeys = 20;

/** A path as one would write it: `history[3].content[0].execute`; without its middle if it is very long. */
function formatPath(path: readonly (string | number)[]): string {
  if (path.length > mostKeys) {
    return `${formatPath(path.slice(0, mostKeys - 5))} … ${formatPath(path.slice(-5))}`;
  }
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) text += text === "" ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}
