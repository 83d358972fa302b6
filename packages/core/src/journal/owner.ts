import type { Checkpointer, CheckpointState } from "../checkpointer.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import type { RunPatch, RunRef, RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { allOf } from "./delta.ts";
import type { Acknowledged } from "./delta.ts";
import { Drafts } from "./drafts.ts";
import type { Draft } from "./format.ts";
import { Heartbeat } from "./heartbeat.ts";
import { endPatch, getRow, updateRow } from "./inspect.ts";
import { fencedError, Writer } from "./writer.ts";

export interface OwnerOptions {
  readonly ref: RunRef;
  readonly generation: number;
  /** The slot of this owner's begin or claim. */
  readonly seq: number;
  /** What the journal has already. */
  readonly acknowledged: Acknowledged;
  /** When the lease was asked for, on this process's own clock. */
  readonly heldSince: number;
}

/** The error of a run that someone asked to cancel. */
export function cancelledError(runId: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_CANCELLED",
    `Run "${runId}" was cancelled. Call retry to open it again.`,
    { runId },
  );
}

/** Whether an error says that a value cannot be saved, and that nothing was written. */
export function isRefusal(error: unknown): boolean {
  return (
    isExecutusError(error, "EXECUTUS_NOT_SERIALIZABLE") ||
    (isExecutusError(error, "EXECUTUS_TOO_LARGE") && !error.uncertain)
  );
}

/** Drives one run's journal, from a begin or a claim to its end: the checkpointer that the executor gets. */
export class Owner implements Checkpointer {
  readonly #context: JournalContext;
  readonly #ref: RunRef;
  readonly #generation: number;
  readonly #drafts: Drafts;
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

  constructor(context: JournalContext, options: OwnerOptions) {
    const { ref, generation, seq, acknowledged, heldSince } = options;
    this.#context = context;
    this.#ref = ref;
    this.#generation = generation;
    this.#acknowledged = acknowledged;
    this.#drafts = new Drafts(context, ref, generation);
    const onRequest = (kind: unknown): void => this.noteRequest(kind);
    this.#writer = new Writer(context, {
      id: ref.id,
      journal: ref.incarnation,
      generation,
      seq,
      onRequest,
    });
    this.#heartbeat = new Heartbeat(context, {
      ref,
      generation,
      heldSince,
      onRequest,
      onLost: (why) => this.#lose(why),
    });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Names the journal. */
  get incarnation(): string {
    return this.#ref.incarnation;
  }

  /** The last slot that this owner knows to be filled. */
  get seq(): number {
    return this.#writer.seq;
  }

  /** Takes note of a request to this run. Kinds that this version does not know are left alone. */
  noteRequest(kind: unknown): void {
    if (kind === "cancel") this.#abort.abort(cancelledError(this.#ref.id));
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
    return this.#finish(() => this.#drafts.complete(output, state, this.#acknowledged));
  }

  fail(error: unknown, state: CheckpointState): Promise<void> {
    return this.#finish(() => this.#drafts.fail(error, state, this.#acknowledged));
  }

  release(state: CheckpointState): Promise<void> {
    return this.#finish(() => this.#drafts.release(state, this.#acknowledged));
  }

  async #saveNow(state: CheckpointState): Promise<void> {
    const { saveTimeoutMs } = this.#context;
    this.#throwIfOver();
    await this.#writing(() => this.#writer.settle(saveTimeoutMs));
    const draft = this.#drafts.save(state, this.#acknowledged);
    if (draft === undefined) return;
    const carries = allOf(state);
    await this.#writing(() =>
      this.#writer.write(draft, saveTimeoutMs, () => {
        this.#acknowledged = carries;
      }),
    );
  }

  #finish(makeDraft: () => Draft): Promise<void> {
    return this.#inLine(async () => {
      if (this.#endAcknowledged) return;
      this.#throwIfOver();
      try {
        await this.#writeEnd(makeDraft);
      } catch (error) {
        // Of a complete that is refused, a fail follows at once; after any other failure the lease is left to end.
        await this.#heartbeat.stop();
        throw error;
      }
    });
  }

  async #writeEnd(makeDraft: () => Draft): Promise<void> {
    const { finaliseTimeoutMs } = this.#context;
    await this.#writing(() => this.#writer.settle(finaliseTimeoutMs));
    if (this.#end === undefined) {
      const draft = makeDraft();
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
        if (this.#writer.isSettled) this.#end = undefined;
        throw error;
      }
      // An owner never has two updates of its row under way.
      await stopped;
    }
    await this.#closeRow(this.#end);
  }

  /** Tells the row of the end, which stands whatever comes of that; only a run that is gone is no longer the caller's. */
  async #closeRow({ record }: Draft): Promise<void> {
    const { logger, runtime } = this.#context;
    const patch: RunPatch =
      record.type === "release"
        ? { dueAt: 0, owner: "", updatedAt: runtime.now() }
        : endPatch(this.#ref.id, { ...record, seq: this.#writer.seq });
    let row: RunRow | undefined;
    try {
      const guard = { status: "active", maxGeneration: this.#generation } as const;
      if (await updateRow(this.#context, this.#ref, patch, guard)) return;
      row = await getRow(this.#context, this.#ref.id);
    } catch (error) {
      logger.warn(
        { runId: this.#ref.id, err: error },
        "The end of a run is recorded, but its row is not up to date. It is repaired when the run is next looked at.",
      );
      return;
    }
    if (row?.incarnation !== this.#ref.incarnation) throw this.#fence();
    // The run was ended by a later owner, and this record landed in a journal that was being emptied.
    if (row.status === "deleting" && row.generation > this.#generation) throw this.#fence();
  }

  #throwIfOver(): void {
    if (this.#fenced !== undefined) throw this.#fenced;
    if (!this.#endAcknowledged) return;
    throw new TypeError(`Run "${this.#ref.id}" has ended: it cannot be saved.`);
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

  #fence(error: ExecutusError = fencedError(this.#ref.id)): ExecutusError {
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
