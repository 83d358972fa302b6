import { isDeepStrictEqual } from "node:util";
import type { AnyDefinition } from "../definition.ts";
import { acceptsVersion } from "../definition.ts";
import { ExecutusError, NotSerializableError } from "../errors.ts";
import { encodeJson } from "../json-encode.ts";

/** An input, to be compared with others: as text, its keys sorted; or as it is, if the text would be none or too long. */
export type Fingerprint = { readonly text: string } | { readonly value: unknown };

/** Makes what an input is known by, whatever becomes of it later. */
export function fingerprint(input: unknown, maxBytes: number): Fingerprint {
  try {
    return { text: encodeJson(input, maxBytes, { sortKeys: true }) };
  } catch (error) {
    // Another codec, or none, may take what JSON does not.
    if (error instanceof NotSerializableError) return { value: input };
    throw error;
  }
}

function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  if ("text" in a && "text" in b) return a.text === b.text;
  return "value" in a && "value" in b && isDeepStrictEqual(a.value, b.value);
}

/** What a run was begun with. */
export interface Begun {
  readonly definition: string;
  readonly input: Fingerprint;
}

/**
 * Checks that a call means the run that has its id.
 *
 * @throws `EXECUTUS_RUN_EXISTS`
 */
export function checkSameRun(id: string, there: Begun, here: Begun): void {
  const problem =
    there.definition !== here.definition
      ? `of the definition "${there.definition}", not "${here.definition}"`
      : sameFingerprint(there.input, here.input)
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
