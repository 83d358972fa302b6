import type { RunEvent } from "./events.ts";

/** Options of listening to a run. */
export interface EventsOptions {
  /** The `position` of the last recorded event that is known already: what comes after it is told. @default 0 */
  readonly after?: number | undefined;
  /** Ends the listening. */
  readonly signal?: AbortSignal | undefined;
}

/** A run that was accepted, or is there already. */
export interface RunHandle<Output> {
  readonly id: string;
  /** Whether the call that gave this handle began the run: `false` if it was there before. */
  readonly begun: boolean;
  /**
   * The run's output, once it has ended. May be called any number of times.
   *
   * @throws the user's own error if this handle's `start` began the run; else `EXECUTUS_RUN_FAILED` with the recorded error as
   * its cause.
   */
  result(): Promise<Output>;
  /**
   * What has happened in the run since its begin, and what happens from now on, up to its end. Leaving the loop, or
   * calling `return`, ends the listening at once and changes nothing for the run.
   *
   * @throws {TypeError} if an option is not what it should be; while listening, the reason of `signal`.
   */
  events(options?: EventsOptions): AsyncIterableIterator<RunEvent>;
  /** Asks for the run's cancellation. @returns once the request is durable: whether there was anything to cancel */
  cancel(): Promise<boolean>;
}
