import type { CheckpointState } from "../checkpointer.ts";
import { isExecutusError } from "../errors.ts";
import type { RunRef } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { deltaOf, encodePayload } from "./delta.ts";
import type { Acknowledged, EncodedPayload, Payload } from "./delta.ts";
import { draftRecord } from "./format.ts";
import type { Draft } from "./format.ts";
import { encodeWhatCanBe } from "./salvage.ts";

/** Makes the records of one owner: each carries what the journal does not have yet. */
export class Drafts {
  readonly #context: JournalContext;
  readonly #ref: RunRef;
  readonly #generation: number;

  constructor(context: JournalContext, ref: RunRef, generation: number) {
    this.#context = context;
    this.#ref = ref;
    this.#generation = generation;
  }

  /** @returns `undefined` if the journal has all of it */
  save(state: CheckpointState, base: Acknowledged): Draft | undefined {
    const encoded = this.#encode(deltaOf(state, base), base);
    return encoded && this.#draft("save", {}, encoded);
  }

  complete(output: unknown, state: CheckpointState, base: Acknowledged): Draft {
    const last = state.completedPhases.at(-1);
    // The output of the last phase is in the state, and need not be written twice.
    const isThere = last !== undefined && Object.is(last.output, output);
    const payload = { ...deltaOf(state, base), ...(!isThere && { result: output }) };
    return this.#draft("complete", {}, this.#encode(payload, base));
  }

  fail(error: unknown, state: CheckpointState, base: Acknowledged): Draft {
    const code = isExecutusError(error) ? error.code : "";
    return this.#draft("fail", { code }, this.#encodeWhatCanBe(state, base, { error }));
  }

  release(state: CheckpointState, base: Acknowledged): Draft {
    return this.#draft("release", { dueAt: 0 }, this.#encodeWhatCanBe(state, base));
  }

  #encode(payload: Payload, base: Acknowledged): EncodedPayload | undefined {
    if (Object.keys(payload).length === 0) return undefined;
    const { codec, maxRecordedBytes: maxBytes } = this.#context;
    return encodePayload(codec, payload, { maxBytes, base, runId: this.#ref.id });
  }

  #encodeWhatCanBe(
    state: CheckpointState,
    base: Acknowledged,
    failure?: { readonly error: unknown },
  ): EncodedPayload | undefined {
    const { codec, logger, maxRecordedBytes: maxBytes } = this.#context;
    const { encoded, note } = encodeWhatCanBe(codec, state, {
      base,
      maxBytes,
      failure,
      runId: this.#ref.id,
    });
    if (note !== undefined) logger.warn({ runId: this.#ref.id }, note);
    return encoded;
  }

  #draft(
    type: string,
    fields: Readonly<Record<string, unknown>>,
    encoded: EncodedPayload | undefined,
  ): Draft {
    const { runtime, store } = this.#context;
    const header = {
      journal: this.#ref.incarnation,
      type,
      generation: this.#generation,
      nonce: runtime.id(),
      at: runtime.now(),
    };
    return draftRecord(header, fields, encoded, store.limits.maxRecordBytes);
  }
}
