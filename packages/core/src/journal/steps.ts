import type { Runtime } from "../runtime.ts";
import { noAnswer } from "./calls.ts";

/** The steps of one reading, none of which may take longer than a limit: one timer watches over all of them. */
export class Steps {
  readonly #runtime: Runtime;
  readonly #limitMs: number;
  #cancelTimer: (() => void) | undefined;
  #startedAt = 0;
  /** Gives up the step that is under way. */
  #giveUp: ((error: unknown) => void) | undefined;

  constructor(runtime: Runtime, limitMs: number) {
    this.#runtime = runtime;
    this.#limitMs = limitMs;
  }

  /** Takes one step. @throws `EXECUTUS_STORE_UNAVAILABLE` if it takes too long */
  next<T>(step: () => Promise<T>): Promise<T> {
    this.#startedAt = this.#runtime.monotonic();
    if (this.#cancelTimer === undefined) this.#watch(this.#limitMs);
    return new Promise<T>((resolve, reject) => {
      this.#giveUp = reject;
      // One promise per record, and no more: a resume takes thousands of steps.
      step().then(this.#then(resolve), this.#then(reject));
    });
  }

  /** Tells what came of the step that was under way. */
  #then<T>(tell: (outcome: T) => void): (outcome: T) => void {
    return (outcome) => {
      this.#giveUp = undefined;
      tell(outcome);
    };
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  /** In the background: a reader that pauses between two steps must not keep the process. */
  #watch(ms: number): void {
    const look = (): void => {
      const left = this.#startedAt + this.#limitMs - this.#runtime.monotonic();
      this.#cancelTimer = undefined;
      if (left <= 0) this.#giveUp?.(noAnswer("readJournal", this.#limitMs));
      else if (this.#giveUp !== undefined) this.#watch(left);
    };
    this.#cancelTimer = this.#runtime.timer(ms, look, { background: true });
  }
}
