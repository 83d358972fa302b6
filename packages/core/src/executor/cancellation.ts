import type { Runtime } from "../runtime.ts";

const nothing = (): void => {};

/** Brings the reasons to stop one attempt together in one signal: the first one counts. */
export class Cancellation {
  readonly #runtime: Runtime;
  readonly #controller = new AbortController();
  readonly #cleanups: (() => void)[] = [];

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Aborts when `signal` is, for the same reason. */
  watch(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const abort = (): void => this.abort(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    this.#cleanups.push(() => signal.removeEventListener("abort", abort));
  }

  /** Aborts at a time. */
  at(time: number, reason: () => unknown): void {
    const left = time - this.#runtime.now();
    if (left <= 0) return this.abort(reason());
    this.#cleanups.push(this.#runtime.timer(left, () => this.abort(reason())));
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }

  /**
   * Waits for user code. Once the signal is aborted, code that ignores it is waited for no longer than `graceMs`; if it
   * still succeeds by then, its success counts.
   *
   * @throws what the code throws; after an abort, the abort's reason.
   */
  async waitFor<T>(graceMs: number, body: () => T | PromiseLike<T>): Promise<T> {
    const { signal } = this;
    signal.throwIfAborted();
    let stopWaiting = nothing;
    const graceIsOver = new Promise<never>((_resolve, reject) => {
      let cancelTimer: (() => void) | undefined;
      const startGrace = (): void => {
        if (graceMs === 0) return reject(signal.reason);
        cancelTimer = this.#runtime.timer(graceMs, () => reject(signal.reason));
      };
      signal.addEventListener("abort", startGrace, { once: true });
      stopWaiting = () => {
        signal.removeEventListener("abort", startGrace);
        cancelTimer?.();
      };
    });
    try {
      return await Promise.race([Promise.resolve().then(body), graceIsOver]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      stopWaiting();
    }
  }
}
