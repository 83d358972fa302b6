import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ExecutusError } from "./errors.ts";

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

function explain(issue: StandardSchemaV1.Issue): string {
  return `${placeOf(issue)}: ${issue.message}`;
}

/** Whether a value is a Standard Schema: some are functions. */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const { "~standard": standard } = value as Partial<StandardSchemaV1>;
  return typeof standard?.validate === "function";
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
  if (result.issues !== undefined) {
    const { vendor } = schema["~standard"];
    throw new InvalidInputError(name, result.issues, { runId, vendor });
  }
  return result.value;
}
