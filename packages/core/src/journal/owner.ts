import type { Checkpointer, CheckpointState } from "../checkpointer.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import type { RunPatch, RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { allOf, deltaOf, encodePayload, encodeWhatCanBe } from "./delta.ts";
import type { Acknowledged, EncodedPayload, Payload } from "./delta.ts";
import { draftRecord } from "./format.ts";
import type { Draft } from "./format.ts";
import { Heartbeat } from "./heartbeat.ts";
import { endPatch, getRow, updateRow } from "./inspect.ts";
import { fencedError, Writer } from "./writer.ts";

export interface OwnerOptions {
  readonly row: RunRow;
  readonly generation: number;
  /** The slot of this owner's begin or claim. */
  readonly seq: number;
  /** What the journal has already. */
  readonly acknowledged: Acknowledged;
}

/** The error of a run that someone asked to cancel. */
export function cancelledError(runId: string): ExecutusError {
  return new ExecutusError("EXECUTUS_CANCELLED", `Run "${runId}" was cancelled.`, { runId });
}

/** Whether an error says that a value cannot be saved, and that nothing was written. */
export function isRefusal(error: unknown): boolean {
  return (
    isExecutusError(error, "EXECUTUS_NOT_SERIALIZABLE") ||
    (isExecutusError(error, "EXECUTUS_TOO_LARGE") && !error.uncertain)
  );
}

type EndType = "complete" | "fail" | "release";

/** Drives one run's journal, from a begin or a claim to its end: the checkpointer that the executor gets. */
export class Owner implements Checkpointer {
  readonly #context: JournalContext;
  readonly #row: RunRow;
  readonly #generation: number;
  readonly #writer: Writer;
  readonly #heartbeat: Heartbeat;
  readonly #abort = new AbortController();
  #acknowledged: Acknowledged;
  #fenced: ExecutusError | undefined;
  /** The end that was asked for first: nothing but it is settled from then on. */
  #end: Draft | undefined;
  #endAcknowledged = false;
  /** The line in which writes wait for one another. */
  #line: Promise<unknown> = Promise.resolve();
  #latest: CheckpointState | undefined;
  #queuedSave: Promise<void> | undefined;

  constructor(context: JournalContext, { row, generation, seq, acknowledged }: OwnerOptions) {
    this.#context = context;
    this.#row = row;
    this.#generation = generation;
    this.#acknowledged = acknowledged;
    const onRequest = (kind: unknown): void => this.noteRequest(kind);
    this.#writer = new Writer(context, {
      id: row.id,
      journal: row.incarnation,
      generation,
      seq,
      onRequest,
    });
    this.#heartbeat = new Heartbeat(context, {
      row,
      generation,
      onRequest,
      onLost: (why) => this.#lose(why),
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The last slot that this owner knows to be filled. */
  get seq(): number {
    return this.#writer.seq;
  }

  /** Takes note of a request to this run. Kinds that this version does not know are left alone. */
  noteRequest(kind: unknown): void {
    if (kind === "cancel") this.#abort.abort(cancelledError(this.#row.id));
  }

  save(state: CheckpointState): Promise<void> {
    this.#latest = state;
    // Saves that wait behind a write share the next one.
    this.#queuedSave ??= this.#inLine(() => {
      this.#queuedSave = undefined;
      return this.#saveNow(this.#latest ?? state);
    });
    return this.#queuedSave;
  }

  complete(output: unknown, state: CheckpointState): Promise<void> {
    // The output of the last phase is in the state, and need not be written twice.
    const last = state.completedPhases.at(-1);
    const result = last !== undefined && Object.is(last.output, output) ? {} : { result: output };
    return this.#finish("complete", () => {
      const payload = { ...deltaOf(state, this.#acknowledged), ...result };
      return { encoded: this.#encode(payload), fields: {} };
    });
  }

  fail(error: unknown, state: CheckpointState): Promise<void> {
    return this.#finish("fail", () => ({
      encoded: this.#encodeWhatCanBe(state, { error }),
      fields: { code: isExecutusError(error) ? error.code : "" },
    }));
  }

  release(state: CheckpointState): Promise<void> {
    return this.#finish("release", () => ({
      encoded: this.#encodeWhatCanBe(state),
      fields: { dueAt: 0 },
    }));
  }

  async #saveNow(state: CheckpointState): Promise<void> {
    const { saveTimeoutMs } = this.#context;
    this.#throwIfOver();
    await this.#writing(() => this.#writer.settle(saveTimeoutMs));
    const payload = deltaOf(state, this.#acknowledged);
    const encoded = this.#encode(payload);
    if (encoded === undefined) return;
    const carries = allOf(state);
    const draft = this.#draft("save", {}, encoded);
    await this.#writing(() =>
      this.#writer.write(draft, saveTimeoutMs, () => {
        this.#acknowledged = carries;
      }),
    );
  }

  #finish(
    type: EndType,
    content: () => {
      readonly encoded: EncodedPayload | undefined;
      readonly fields: Readonly<Record<string, unknown>>;
    },
  ): Promise<void> {
    return this.#inLine(async () => {
      if (this.#endAcknowledged) return;
      this.#throwIfOver();
      try {
        await this.#writeEnd(type, content);
      } catch (error) {
        // A complete that is refused is followed by a fail; after any other failure the lease is left to end.
        if (!isRefusal(error)) await this.#heartbeat.stop();
        throw error;
      }
    });
  }

  async #writeEnd(
    type: EndType,
    content: () => { encoded: EncodedPayload | undefined; fields: object },
  ): Promise<void> {
    const { finaliseTimeoutMs } = this.#context;
    await this.#writing(() => this.#writer.settle(finaliseTimeoutMs));
    if (this.#endAcknowledged) return this.#closeRow();
    if (this.#end === undefined) {
      const { encoded, fields } = content();
      const draft = this.#draft(type, { ...fields }, encoded);
      this.#end = draft;
      const stopped = this.#heartbeat.stop();
      try {
        await this.#writing(() =>
          this.#writer.write(draft, finaliseTimeoutMs, () => {
            this.#endAcknowledged = true;
          }),
        );
      } catch (error) {
        // Surely not written: it is no end.
        if (this.#writer.unsettled === undefined) this.#end = undefined;
        throw error;
      }
      await stopped;
    }
    await this.#closeRow();
  }

  /** Tells the row of the end, which stands whatever comes of that; only a run that is gone is no longer the caller's. */
  async #closeRow(): Promise<void> {
    if (this.#end === undefined) return;
    const { logger, runtime } = this.#context;
    const { record } = this.#end;
    const patch: RunPatch =
      record.type === "release"
        ? { dueAt: 0, owner: "", updatedAt: runtime.now() }
        : endPatch(this.#row.id, { ...record, seq: this.#writer.seq });
    let row: RunRow | undefined;
    try {
      const guard = { status: "active", maxGeneration: this.#generation } as const;
      if (await updateRow(this.#context, this.#row, patch, guard)) return;
      row = await getRow(this.#context, this.#row.id);
    } catch (error) {
      logger.warn(
        { runId: this.#row.id, err: error },
        "The end of a run is recorded, but its row is not up to date. It is repaired when the run is next looked at.",
      );
      return;
    }
    if (row?.incarnation !== this.#row.incarnation) throw this.#fence();
  }

  #encode(payload: Payload): EncodedPayload | undefined {
    if (Object.keys(payload).length === 0) return undefined;
    const { codec, maxRecordedBytes: maxBytes } = this.#context;
    return encodePayload(codec, payload, { maxBytes, base: this.#acknowledged });
  }

  #encodeWhatCanBe(
    state: CheckpointState,
    failure?: { readonly error: unknown },
  ): EncodedPayload | undefined {
    const { codec, logger, maxRecordedBytes: maxBytes } = this.#context;
    const { encoded, note } = encodeWhatCanBe(codec, state, this.#acknowledged, {
      maxBytes,
      failure,
    });
    if (note !== undefined) logger.warn({ runId: this.#row.id }, note);
    return encoded;
  }

  #draft(
    type: string,
    fields: Readonly<Record<string, unknown>>,
    encoded: EncodedPayload | undefined,
  ): Draft {
    const { runtime, store } = this.#context;
    const header = { type, generation: this.#generation, nonce: runtime.id(), at: runtime.now() };
    return draftRecord(header, fields, encoded, store.limits.maxRecordBytes);
  }

  #throwIfOver(): void {
    if (this.#fenced !== undefined) throw this.#fenced;
    if (this.#endAcknowledged)
      throw new TypeError(`Run "${this.#row.id}" has ended: it cannot be saved.`);
  }

  /** Runs a write, and believes a slot that says that somebody else has the run. */
  async #writing(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (isExecutusError(error, "EXECUTUS_FENCED")) throw this.#fence(error);
      throw error;
    }
  }

  /** A heartbeat that fails to hold the row may have met the row of this owner's own end: the writer knows. */
  #lose(why: "taken" | "lapsed"): void {
    if (this.#end !== undefined) return;
    if (why === "lapsed") {
      this.#fence();
      return;
    }
    void this.#inLine(async () => {
      if (this.#end !== undefined) return;
      try {
        await this.#writer.settle(this.#context.callTimeoutMs);
      } catch {
        // Whatever the fate of that record: the row says that the run is somebody else's.
      }
      this.#fence();
    });
  }

  #fence(error: ExecutusError = fencedError(this.#row.id)): ExecutusError {
    void this.#heartbeat.stop();
    this.#fenced ??= error;
    this.#abort.abort(this.#fenced);
    return this.#fenced;
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(work, work);
    this.#line = turn.catch(() => {});
    return turn;
  }
}
