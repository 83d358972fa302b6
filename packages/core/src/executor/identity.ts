import { isDeepStrictEqual } from "node:util";
import type { AnyDefinition } from "../definition.ts";
import { acceptsVersion } from "../definition.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import { encodeJson } from "../json-encode.ts";

/** What a run was begun with. */
export interface Begun {
  readonly definition: string;
  readonly input: unknown;
}

/** Whether two inputs are the same: by their encoding, with sorted keys. */
function sameInput(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  try {
    return sortedText(a) === sortedText(b);
  } catch (error) {
    // Another codec may save what JSON cannot.
    if (isExecutusError(error, "EXECUTUS_NOT_SERIALIZABLE")) return isDeepStrictEqual(a, b);
    throw error;
  }
}

function sortedText(value: unknown): string {
  return encodeJson(value, Infinity, { sortKeys: true });
}

/**
 * Checks that a call means the run that has its id.
 *
 * @throws `EXECUTUS_RUN_EXISTS`
 */
export function checkSameRun(
  id: string,
  there: Begun,
  here: { readonly definition: AnyDefinition; readonly input: unknown },
): void {
  const { name } = here.definition;
  const problem =
    there.definition !== name
      ? `of the definition "${there.definition}", not "${name}"`
      : sameInput(there.input, here.input)
        ? undefined
        : "with another input";
  if (problem === undefined) return;
  throw new ExecutusError(
    "EXECUTUS_RUN_EXISTS",
    `There is a run with the id "${id}" already, ${problem}. Choose another id, or delete that run first.`,
    { runId: id },
  );
}

/** The error of a run whose version a definition does not accept, if that is so. */
export function versionChanged(
  id: string,
  definition: AnyDefinition,
  version: string,
): ExecutusError | undefined {
  if (acceptsVersion(definition, version)) return undefined;
  return new ExecutusError(
    "EXECUTUS_DEFINITION_CHANGED",
    `Run "${id}" was begun with version "${version}" of "${definition.name}", which version "${definition.version}" does not accept. Name it in "accepts", or run it where that version is.`,
    { runId: id },
  );
}
