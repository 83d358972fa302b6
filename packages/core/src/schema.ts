import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ExecutusError } from "./errors.ts";

/** An input that does not fit its definition's schema. */
export class InvalidInputError extends ExecutusError {
  override readonly name = "InvalidInputError";
  /** What the schema found. Hidden from loggers: a schema's words may quote the input. */
  declare readonly issues: readonly StandardSchemaV1.Issue[];

  constructor(definition: string, issues: readonly StandardSchemaV1.Issue[], runId?: string) {
    super(
      "EXECUTUS_INVALID_INPUT",
      `The input of "${definition}" does not fit its schema at ${placesOf(issues)}. See "issues" of this error.`,
      { runId },
    );
    Object.defineProperty(this, "issues", { value: issues, enumerable: false });
  }
}

function placesOf(issues: readonly StandardSchemaV1.Issue[]): string {
  const places = issues.map(({ path = [] }) => {
    const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
    return `"${["input", ...keys].join(".")}"`;
  });
  return [...new Set(places)].join(", ") || '"input"';
}

/**
 * Applies a schema to an input.
 *
 * @returns what the schema makes of it; without a schema, the input itself.
 * @throws {@link InvalidInputError}
 */
export async function parseInput(
  { name, input: schema }: { readonly name: string; readonly input?: StandardSchemaV1 | undefined },
  value: unknown,
  runId?: string,
): Promise<unknown> {
  if (schema === undefined) return value;
  const result = await schema["~standard"].validate(value);
  if (result.issues !== undefined) throw new InvalidInputError(name, result.issues, runId);
  return result.value;
}
