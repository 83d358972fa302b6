import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidInputError } from "./errors.ts";

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
