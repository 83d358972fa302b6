import type { RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { lastRecord } from "./context.ts";
import { readControl } from "./format.ts";
import { untilKnown } from "./calls.ts";

export interface HeartbeatOptions {
  readonly row: Pick<RunRow, "id" | "incarnation">;
  readonly generation: number;
  /** Called when another owner has the run, or nobody could be told for a whole lease that it is still driven here. */
  readonly onLost: (why: "taken" | "lapsed") => void;
  readonly onRequest: (kind: unknown) => void;
}

/** Keeps a lease alive: tells the row every third of it that the run is driven, and looks for requests. */
export class Heartbeat {
  readonly #context: JournalContext;
  readonly #options: HeartbeatOptions;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;
  #beating: Promise<void> = Promise.resolve();
  /** When the last update that succeeded was sent, on this process's own clock. */
  #heldSince: number;
  #dueAt: number;

  constructor(context: JournalContext, options: HeartbeatOptions) {
    this.#context = context;
    this.#options = options;
    this.#heldSince = context.runtime.monotonic();
    this.#dueAt = this.#heldSince;
    this.#arm();
  }

  /** Stops, and waits for an update that is under way: an owner never has two. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#beating;
  }

  #arm(): void {
    if (this.#stopped) return;
    const { runtime, leaseMs } = this.#context;
    this.#dueAt = runtime.monotonic() + leaseMs / 3;
    const beat = (): void => {
      this.#beating = this.#beat().then(() => this.#arm());
    };
    this.#cancelTimer = runtime.timer(leaseMs / 3, beat, { background: true });
  }

  async #beat(): Promise<void> {
    const { runtime, leaseMs, logger } = this.#context;
    const sentAt = runtime.monotonic();
    if (sentAt - this.#dueAt > leaseMs / 3) {
      logger.warn(
        { runId: this.#options.row.id, lateMs: Math.round(sentAt - this.#dueAt) },
        "A heartbeat is late: the event loop was blocked. Move long computations out of it, or raise leaseMs.",
      );
    }
    try {
      if (!(await this.#extend())) return this.#options.onLost("taken");
      this.#heldSince = sentAt;
      await this.#lookForRequests();
    } catch (error) {
      if (this.#stopped) return;
      const lapsed = runtime.monotonic() - this.#heldSince >= this.#patience();
      logger.warn({ runId: this.#options.row.id, err: error }, "A heartbeat failed.");
      if (lapsed) this.#options.onLost("lapsed");
    }
  }

  /** How long an owner believes in its lease without having renewed it: the lease, less a margin. */
  #patience(): number {
    return this.#context.leaseMs * 0.9;
  }

  async #extend(): Promise<boolean> {
    const { runtime, store, leaseMs, callTimeoutMs } = this.#context;
    const { row, generation } = this.#options;
    const left = this.#heldSince + this.#patience() - runtime.monotonic();
    const { value } = await untilKnown(
      runtime,
      () => {
        const now = runtime.now();
        const patch = { dueAt: now + leaseMs, updatedAt: now };
        return store.updateRun(row, patch, { status: "active", maxGeneration: generation });
      },
      // A process that was stopped for longer than its lease still asks once, whether the run is its own.
      { callTimeoutMs, limitMs: Math.max(left, leaseMs / 10), what: "heartbeat" },
    );
    return value;
  }

  async #lookForRequests(): Promise<void> {
    const { row, generation, onLost, onRequest } = this.#options;
    const last = await lastRecord(this.#context, row.incarnation);
    if (last === undefined || last.generation > generation) onLost("taken");
    else if (last.type === "request") onRequest(readControl(row.id, last)["kind"]);
  }
}
