import type { RunRef } from "../store.ts";
import { untilKnown } from "./calls.ts";
import type { JournalContext } from "./context.ts";
import { lastRecord } from "./context.ts";
import { peekControl } from "./format.ts";

export interface HeartbeatOptions {
  readonly ref: RunRef;
  readonly generation: number;
  /** When the row update that gave this owner its lease was sent, on this process's own clock. */
  readonly heldSince: number;
  /** Called when another owner has the run, or nobody could be told for a whole lease that it is still driven here. */
  readonly onLost: (why: "taken" | "lapsed") => void;
  readonly onRequest: (kind: unknown) => void;
}

/** Keeps a lease alive: tells the row every third of it that the run is driven, and looks for requests. */
export class Heartbeat {
  readonly #context: JournalContext;
  readonly #options: HeartbeatOptions;
  readonly #stopping = new AbortController();
  #cancelBeat: (() => void) | undefined;
  #cancelLapse: (() => void) | undefined;
  /** The update of the row that is under way, if one is. It never rejects. */
  #updating: Promise<unknown> = Promise.resolve();
  /** When the last update that succeeded was sent. */
  #heldSince: number;

  constructor(context: JournalContext, options: HeartbeatOptions) {
    this.#context = context;
    this.#options = options;
    this.#heldSince = options.heldSince;
    this.#armBeat(options.heldSince + context.leaseMs / 3);
    this.#armLapse();
  }

  /** Stops, and waits for an update that is under way: an owner never has two. */
  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) this.#stopping.abort(null);
    this.#cancelBeat?.();
    this.#cancelLapse?.();
    await this.#updating;
  }

  /** Arms the next beat; a time that has passed means now. */
  #armBeat(wanted: number): void {
    if (this.#stopping.signal.aborted) return;
    const { runtime } = this.#context;
    const armedAt = runtime.monotonic();
    const dueAt = Math.max(wanted, armedAt);
    const beat = (): void => {
      this.#warnIfLate(runtime.monotonic() - dueAt);
      void this.#beatAndArm();
    };
    this.#cancelBeat = runtime.timer(dueAt - armedAt, beat, { background: true });
  }

  async #beatAndArm(): Promise<void> {
    const { runtime, leaseMs } = this.#context;
    const renewed = await this.#beat();
    this.#armBeat((renewed ? this.#heldSince : runtime.monotonic()) + leaseMs / 3);
  }

  /** An owner believes in a lease that it could not renew until the lease, less a margin, is over. */
  #armLapse(): void {
    this.#cancelLapse?.();
    const { runtime, leaseMs } = this.#context;
    const dueAt = this.#heldSince + leaseMs * 0.9;
    const lapse = (): void => {
      // A process that was stopped, or blocked, asks once more whether the run is still its own.
      const late = runtime.monotonic() - dueAt > leaseMs / 10;
      this.#cancelLapse = late
        ? runtime.timer(leaseMs / 10, () => this.#options.onLost("lapsed"), { background: true })
        : undefined;
      if (!late) this.#options.onLost("lapsed");
    };
    this.#cancelLapse = runtime.timer(dueAt - runtime.monotonic(), lapse, { background: true });
  }

  #warnIfLate(lateMs: number): void {
    const { leaseMs, logger } = this.#context;
    if (lateMs <= leaseMs / 3) return;
    logger.warn(
      { runId: this.#options.ref.id, lateMs: Math.round(lateMs) },
      "A heartbeat is late: the event loop was blocked. Move long computations out of it, or raise leaseMs.",
    );
  }

  /** @returns whether the lease was renewed */
  async #beat(): Promise<boolean> {
    let renewed = false;
    try {
      const sentAt = this.#context.runtime.monotonic();
      const extending = this.#extend();
      this.#updating = extending.catch(() => {});
      renewed = await extending;
      if (!renewed) this.#options.onLost("taken");
      if (!renewed || this.#stopping.signal.aborted) return renewed;
      this.#heldSince = sentAt;
      this.#armLapse();
      await this.#lookForRequests();
    } catch (error) {
      const { logger } = this.#context;
      const { id: runId } = this.#options.ref;
      if (!this.#stopping.signal.aborted)
        logger.warn(
          { runId, err: error },
          "A heartbeat failed and is tried again. If none succeeds before the lease is over, this process stops the run, and another takes over.",
        );
    }
    return renewed;
  }

  #extend(): Promise<boolean> {
    const { runtime, store, leaseMs, callTimeoutMs } = this.#context;
    const { ref, generation } = this.#options;
    const left = this.#heldSince + leaseMs * 0.9 - runtime.monotonic();
    return untilKnown(
      runtime,
      () => {
        const now = runtime.now();
        const patch = { dueAt: now + leaseMs, updatedAt: now };
        return store.updateRun(ref, patch, { status: "active", maxGeneration: generation });
      },
      {
        callTimeoutMs,
        limitMs: Math.max(left, leaseMs / 10),
        what: "heartbeat",
        signal: this.#stopping.signal,
      },
    );
  }

  async #lookForRequests(): Promise<void> {
    const { ref, generation, onLost, onRequest } = this.#options;
    // A read that takes long must not hold up the next heartbeat.
    const last = await lastRecord(this.#context, ref.incarnation, this.#context.leaseMs / 3);
    // An end does not wait for this, and meets in its own slot whatever there is.
    if (this.#stopping.signal.aborted) return;
    if (last === undefined || last.generation > generation) onLost("taken");
    else if (last.type === "request") onRequest(peekControl(last)?.["kind"]);
  }
}
