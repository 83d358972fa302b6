import { ExecutusError, isExecutusError } from "../errors.ts";
import type { JournalContext } from "./context.ts";
import { fillSlot, putChunks, untold } from "./context.ts";
import { peekControl } from "./format.ts";
import type { Draft } from "./format.ts";

/** Who writes, and what it wants to know of what it meets. */
export interface WriterOptions {
  readonly id: string;
  readonly journal: string;
  readonly generation: number;
  /** The last slot that is filled. */
  readonly seq: number;
  /** Called for each request that is met in a slot. */
  readonly onRequest: (kind: unknown) => void;
}

interface Frozen {
  readonly draft: Draft;
  readonly onAcknowledged: () => void;
  /** Whether an earlier try may have been applied. */
  uncertain: boolean;
}

/** The error of an owner that is no longer one. */
export function fencedError(id: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_FENCED",
    `Run "${id}" is driven by somebody else now; this process has stopped. Call run again to wait for its result.`,
    { runId: id },
  );
}

/**
 * An owner's pen: writes one record at a time into the next slot of a journal. A record whose fate is unknown stays
 * *frozen* (same bytes, same nonce, same slot), and is settled before another is written.
 */
export class Writer {
  readonly #context: JournalContext;
  readonly #options: WriterOptions;
  #seq: number;
  #frozen: Frozen | undefined;

  constructor(context: JournalContext, options: WriterOptions) {
    this.#context = context;
    this.#options = options;
    this.#seq = options.seq;
  }

  /** The last slot that is known to be filled. */
  get seq(): number {
    return this.#seq;
  }

  /** Whether there is no record whose fate is unknown. */
  get isSettled(): boolean {
    return this.#frozen === undefined;
  }

  /**
   * Writes a record into the next slot. What was unsettled must have been settled.
   *
   * @throws `EXECUTUS_FENCED` if somebody else has the slot; `EXECUTUS_STORE_UNAVAILABLE` if the fate is still unknown
   * after `limitMs`; the store's own error if the record was surely not written.
   */
  async write(draft: Draft, limitMs: number, onAcknowledged: () => void): Promise<void> {
    this.#frozen = { draft, onAcknowledged, uncertain: false };
    await this.settle(limitMs);
  }

  /** Finds out the fate of the record that is under way, if there is one. @throws as {@link Writer.write} */
  async settle(limitMs: number): Promise<void> {
    const frozen = this.#frozen;
    if (frozen === undefined) return;
    try {
      await this.#put(frozen, limitMs);
    } catch (error) {
      const final = isExecutusError(error) && !error.retryable;
      // What refuses the record now says nothing of the tries before.
      if (final && frozen.uncertain) throw untold(frozen.draft.record, error);
      if (final || isExecutusError(error, "EXECUTUS_FENCED")) this.#frozen = undefined;
      else frozen.uncertain = true;
      throw error;
    }
    this.#frozen = undefined;
    frozen.onAcknowledged();
  }

  async #put({ draft }: Frozen, limitMs: number): Promise<void> {
    const { journal, id, generation, onRequest } = this.#options;
    await putChunks(this.#context, journal, draft, limitMs);
    for (;;) {
      const seq = this.#seq + 1;
      const occupant = await fillSlot(this.#context, journal, { ...draft.record, seq }, limitMs);
      if (occupant === false) throw fencedError(id);
      if (occupant !== true && occupant.generation > generation) throw fencedError(id);
      if (occupant !== true && occupant.type !== "request") throw fencedError(id);
      this.#seq = seq;
      if (occupant === true) return;
      onRequest(peekControl(occupant)?.["kind"]);
    }
  }
}
