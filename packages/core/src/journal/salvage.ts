import type { CheckpointState } from "../checkpointer.ts";
import type { Codec } from "../codec.ts";
import { isExecutusError, NotSerializableError } from "../errors.ts";
import { isError } from "../json-encode.ts";
import { deltaOf, encodePayload } from "./delta.ts";
import type { Acknowledged, EncodedPayload, EncodeOptions } from "./delta.ts";

/** The end of a run as it can be saved. */
export interface Salvaged {
  /** `undefined` if nothing is left to save. */
  readonly encoded: EncodedPayload | undefined;
  /** What was left out, and why. */
  readonly note: string | undefined;
}

export interface SalvageOptions extends EncodeOptions {
  /** With an error, if the run has failed. */
  readonly failure?: { readonly error: unknown } | undefined;
}

/** What is to be saved, less what was refused so far. */
interface Rest {
  readonly state: CheckpointState;
  readonly failure: { readonly error: unknown } | undefined;
  readonly notes: readonly string[];
}

/**
 * Encodes the last of a run's state, and its error if there is one. It never fails: what cannot be saved is left out. Of
 * the state that is everything from the first such value on, in whole turns; of the error, all but name, message and code.
 */
export function encodeWhatCanBe(
  codec: Codec,
  state: CheckpointState,
  { failure, ...options }: SalvageOptions,
): Salvaged {
  const { base } = options;
  let rest: Rest = { state, failure, notes: [] };
  for (let tries = 0; tries < 4; tries += 1) {
    const result = tryToEncode(codec, rest, options);
    if (!(result instanceof NotSerializableError)) return result;
    rest = tries < 2 ? without(rest, base, result) : withLeast(rest, base);
  }
  return { encoded: undefined, note: noteOf(rest) };
}

function tryToEncode(
  codec: Codec,
  rest: Rest,
  options: EncodeOptions,
): Salvaged | NotSerializableError {
  const note = noteOf(rest);
  const payload = {
    ...deltaOf(rest.state, options.base),
    ...rest.failure,
    ...(note !== undefined && { note }),
  };
  if (Object.keys(payload).length === 0) return { encoded: undefined, note };
  try {
    return { encoded: encodePayload(codec, payload, options), note };
  } catch (refusal) {
    if (refusal instanceof NotSerializableError) return refusal;
    throw refusal;
  }
}

function noteOf({ notes }: Rest): string | undefined {
  return notes.length === 0 ? undefined : notes.join(" ");
}

/** What is left when the value that was refused is left out. */
function without(rest: Rest, base: Acknowledged, refusal: NotSerializableError): Rest {
  const [root, index] = refusal.source;
  const { state, failure, notes } = rest;
  if (root === "error" && failure !== undefined) {
    const note = `The error's details were left out: ${refusal.message}`;
    return { state, failure: { error: plainError(failure.error) }, notes: [...notes, note] };
  }
  const note = `Part of the state was left out: ${refusal.message}`;
  if (root === "messages") {
    const history = state.history.slice(0, base.messages);
    return { state: { ...state, history, turns: base.turns }, failure, notes: [...notes, note] };
  }
  if (root === "outputs" && typeof index === "number") {
    const completedPhases = state.completedPhases.slice(0, base.outputs + index);
    return { state: { ...state, completedPhases }, failure, notes: [...notes, note] };
  }
  return withLeast({ ...rest, notes: [...notes, note] }, base);
}

/** The error alone, in its plainest form. */
function withLeast({ state, failure, notes }: Rest, base: Acknowledged): Rest {
  return {
    state: {
      history: state.history.slice(0, base.messages),
      turns: base.turns,
      completedPhases: state.completedPhases.slice(0, base.outputs),
    },
    failure: failure && { error: plainError(failure.error) },
    notes: notes.map((note) => note.slice(0, 1000)),
  };
}

/** An error without what may not be saved: name, message and code. */
function plainError(error: unknown): Error {
  const plain = new Error(textOf(() => (isError(error) ? error.message : plainWords(error)), 2000));
  plain.name = textOf(() => (isError(error) ? error.name : "Error"), 200);
  if (isExecutusError(error)) Object.assign(plain, { code: error.code });
  plain.stack = "";
  return plain;
}

function plainWords(thrown: unknown): string {
  return typeof thrown === "string" ? thrown : `A value of type ${typeof thrown} was thrown.`;
}

/** Anything can be thrown, also what throws when it is looked at. */
function textOf(read: () => unknown, maxLength: number): string {
  try {
    const text = read();
    return typeof text === "string" ? text.slice(0, maxLength) : "";
  } catch {
    return "";
  }
}
