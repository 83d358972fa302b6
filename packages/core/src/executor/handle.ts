import type { RunEvent } from "./events.ts";

/** A run that was accepted, or is there already. */
export interface RunHandle<Output> {
  readonly id: string;
  /**
   * The run's output, once it has ended. May be called any number of times.
   *
   * @throws the user's own error if this handle's `start` began the run; else `EXECUTUS_RUN_FAILED` with the recorded error as
   * its cause.
   */
  result(): Promise<Output>;
  /** What has happened in the run since its begin, and what happens from now on, up to its end. */
  events(): AsyncIterableIterator<RunEvent>;
  /** Asks for the run's cancellation. @returns once the request is durable: whether there was anything to cancel */
  cancel(): Promise<boolean>;
}
