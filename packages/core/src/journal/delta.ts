import type { CheckpointState } from "../checkpointer.ts";
import type { Codec } from "../codec.ts";
import { NotSerializableError } from "../errors.ts";

/** How much of a run's state the journal has. */
export interface Acknowledged {
  readonly messages: number;
  readonly outputs: number;
  readonly turns: number;
}

/** What one record carries. Members without content are absent; `from` says how many messages come before `messages`. */
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
      from: acknowledged.messages,
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

export interface EncodeOptions {
  readonly maxBytes: number;
  /** What the journal has already: a path begins after it. */
  readonly base: Acknowledged;
  readonly runId: string;
}

/**
 * Encodes a payload.
 *
 * @throws {@link NotSerializableError} with the path as the user knows it: `history[3].content`.
 */
export function encodePayload(
  codec: Codec,
  payload: Payload,
  { maxBytes, base, runId }: EncodeOptions,
): EncodedPayload {
  try {
    const data = codec.encode(payload, { maxBytes });
    const size = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
    if (size > maxBytes) throw tooLarge(payload);
    return { codec: codec.name, data };
  } catch (error) {
    const refusal =
      error instanceof NotSerializableError ? error : refusedBy(codec, payload, error);
    throw refusal.movedTo(userPath(refusal.path, payload, base), runId);
  }
}

/** A payload whose parts fit one by one, but not together: the first of them is named. */
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
