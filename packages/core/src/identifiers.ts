import { ExecutusError } from "./errors.ts";

const controls = /\p{Cc}/u;

/**
 * Checks a run id: 1 to 512 bytes of well-formed UTF-8 without control characters.
 *
 * @throws `EXECUTUS_INVALID_RUN_ID`
 */
export function checkRunId(id: unknown): asserts id is string {
  const problem = problemOf(id, 512);
  if (problem === undefined) return;
  throw new ExecutusError(
    "EXECUTUS_INVALID_RUN_ID",
    `The run id ${problem}. Use 1 to 512 bytes of UTF-8 without control characters.`,
  );
}

/** Checks the name of a definition, phase or queue, or a version. @throws {TypeError} */
export function checkName(what: string, name: unknown, maxLength: number): asserts name is string {
  const problem = problemOf(name, maxLength);
  if (problem === undefined) return;
  throw new TypeError(
    `Expected ${what} to be 1 to ${maxLength} bytes of text without control characters; it ${problem}.`,
  );
}

function problemOf(value: unknown, maxBytes: number): string | undefined {
  if (typeof value !== "string") return `is not a string but of type "${typeof value}"`;
  if (value === "") return "is empty";
  if (!value.isWellFormed()) return "is not well-formed Unicode: it has a lone surrogate";
  if (controls.test(value)) return "has a control character";
  const bytes = Buffer.byteLength(value);
  return bytes > maxBytes ? `has ${bytes} bytes` : undefined;
}
