import { jittered, pause } from "../runtime.ts";
import { Cancellation } from "./cancellation.ts";
import type { Engine } from "./engine.ts";

/**
 * When a run that is driven elsewhere is worth another look: after a while, or once it is driven in this process, the
 * executor is closing, or a signal is aborted; also if that was between the making of this and the waiting.
 */
export class NextLook {
  readonly #engine: Engine;
  readonly #id: string;
  readonly #waiting: Cancellation;

  constructor(engine: Engine, id: string, signal?: AbortSignal) {
    const { awaited, closing, settings } = engine;
    this.#engine = engine;
    this.#id = id;
    this.#waiting = new Cancellation(settings.runtime);
    this.#waiting.watch(signal);
    this.#waiting.watch(closing);
    const waiters = awaited.get(id) ?? new Set();
    awaited.set(id, waiters.add(this.#wake));
  }

  async wait(): Promise<void> {
    const { runtime, pollMs } = this.#engine.settings;
    await pause(runtime, jittered(runtime, pollMs), this.#waiting.signal);
  }

  stop(): void {
    const { awaited } = this.#engine;
    const waiters = awaited.get(this.#id);
    waiters?.delete(this.#wake);
    if (waiters?.size === 0) awaited.delete(this.#id);
    this.#waiting[Symbol.dispose]();
  }

  readonly #wake = (): void => this.#waiting.abort(null);
}
