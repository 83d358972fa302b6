import type { CheckpointState } from "../checkpointer.ts";
import type { Codec } from "../codec.ts";
import { isExecutusError, NotSerializableError } from "../errors.ts";

/** How much of a run's state the journal has. */
export interface Acknowledged {
  readonly messages: number;
  readonly outputs: number;
  readonly turns: number;
}

/** What one record carries. Members without content are absent. */
export type Payload = Readonly<Record<string, unknown>>;

export interface EncodedPayload {
  readonly codec: string;
  readonly data: string | Uint8Array;
}

/** What of `state` the journal does not have. */
export function deltaOf(state: CheckpointState, acknowledged: Acknowledged): Payload {
  const { history, completedPhases, turns } = state;
  return {
    ...(history.length > acknowledged.messages && {
      messages: history.slice(acknowledged.messages),
    }),
    ...(turns !== acknowledged.turns && { turns }),
    ...(completedPhases.length > acknowledged.outputs && {
      outputs: completedPhases.slice(acknowledged.outputs),
    }),
  };
}

/** How much the journal has once it has all of `state`. */
export function allOf({ history, completedPhases, turns }: CheckpointState): Acknowledged {
  return { messages: history.length, outputs: completedPhases.length, turns };
}

/**
 * Encodes a payload.
 *
 * @throws {@link NotSerializableError} with the path as the user knows it: `history[3].content`.
 */
export function encodePayload(
  codec: Codec,
  payload: Payload,
  { maxBytes, base }: { readonly maxBytes: number; readonly base: Acknowledged },
): EncodedPayload {
  try {
    const data = codec.encode(payload, { maxBytes });
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    if (size > maxBytes) throw tooLarge(payload);
    return { codec: codec.name, data };
  } catch (error) {
    const refusal =
      error instanceof NotSerializableError ? error : refusedBy(codec, payload, error);
    throw refusal.movedTo(userPath(refusal.path, payload, base));
  }
}

/** A payload whose parts fit one by one, but not together: its largest part is named by where it begins. */
function tooLarge(payload: Payload): NotSerializableError {
  const [key = "state"] = Object.keys(payload);
  const path = key === "messages" || key === "outputs" ? [key, 0] : [key];
  return NotSerializableError.tooLarge(path);
}

/** The refusal of a codec that does not say what it refuses. */
function refusedBy(codec: Codec, payload: Payload, cause: unknown): NotSerializableError {
  const [key = "state"] = Object.keys(payload);
  return new NotSerializableError(`could not be encoded by the codec "${codec.name}".`, [key], {
    cause,
  });
}

/** Where a value of a payload is in the state of the run. */
function userPath(
  path: readonly (string | number)[],
  payload: Payload,
  base: Acknowledged,
): readonly (string | number)[] {
  const [root, index, ...rest] = path;
  if (root === "messages" && typeof index === "number") {
    return ["history", base.messages + index, ...rest];
  }
  if (root === "outputs" && typeof index === "number") {
    const { outputs } = payload as { outputs: CheckpointState["completedPhases"] };
    return ["outputs", outputs[index]?.name ?? base.outputs + index, ...rest.slice(1)];
  }
  return root === "result" ? ["output", ...path.slice(1)] : path;
}

/** A failure as it can be saved: what cannot be is left out, and said so. */
export interface SavedFailure {
  readonly encoded: EncodedPayload | undefined;
  /** How much of the state is in it. */
  readonly carries: Acknowledged;
  readonly note: string | undefined;
}

/**
 * Encodes the last of a run's state, and its error if there is one. It never fails: of the state, what comes after the
 * first value that cannot be saved is left out; of the error, all but its name and message.
 */
export function encodeWhatCanBe(
  codec: Codec,
  state: CheckpointState,
  base: Acknowledged,
  {
    maxBytes,
    failure,
  }: { readonly maxBytes: number; readonly failure?: { readonly error: unknown } | undefined },
): SavedFailure {
  const notes: string[] = [];
  let kept = state;
  let error = failure?.error;
  for (let tries = 0; tries < 4; tries += 1) {
    const note = notes.length === 0 ? undefined : notes.join(" ");
    const payload = {
      ...deltaOf(kept, base),
      ...(failure !== undefined && { error }),
      ...(note !== undefined && { note }),
    };
    try {
      if (Object.keys(payload).length === 0)
        return { encoded: undefined, carries: allOf(kept), note };
      return {
        encoded: encodePayload(codec, payload, { maxBytes, base }),
        carries: allOf(kept),
        note,
      };
    } catch (refusal) {
      if (!(refusal instanceof NotSerializableError)) throw refusal;
      if (refusal.source[0] === "error") {
        notes.push(`The error's details were left out: ${refusal.message}`);
        error = plainError(error);
      } else {
        notes.push(`Part of the state was left out: ${refusal.message}`);
        kept = cutBefore(kept, base, refusal);
      }
    }
  }
  return { encoded: undefined, carries: base, note: notes.join(" ") };
}

/** The state before the value that was refused. */
function cutBefore(
  state: CheckpointState,
  base: Acknowledged,
  { source: [root, index] }: NotSerializableError,
): CheckpointState {
  if (typeof index !== "number") return cutTo(state, base);
  return cutTo(state, {
    messages: root === "messages" ? base.messages + index : state.history.length,
    outputs: root === "outputs" ? base.outputs + index : state.completedPhases.length,
    turns: base.turns,
  });
}

function cutTo(state: CheckpointState, to: Acknowledged): CheckpointState {
  return {
    history: state.history.slice(0, to.messages),
    turns: to.turns,
    completedPhases: state.completedPhases.slice(0, to.outputs),
  };
}

/** An error without what may not be saved: name, message and code. */
function plainError(error: unknown): Error {
  const plain = new Error(messageOf(error).slice(0, 10_000));
  if (error instanceof Error) {
    plain.name = textOf(error.name).slice(0, 200);
    if (isExecutusError(error)) Object.assign(plain, { code: error.code });
  }
  plain.stack = "";
  return plain;
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return textOf(error.message);
  return typeof error === "string" ? error : `A value of type ${typeof error} was thrown.`;
}

/** Nothing keeps a thrown error's members from being of any type. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
