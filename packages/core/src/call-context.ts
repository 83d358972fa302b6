import type { Logger } from "./logger.ts";

/** What all code of a run is given: phases, turns, models and tools. */
export interface CallContext {
  /** Of the run. */
  readonly id: string;
  /** Aborted when the run is to stop: hand it to whatever can wait. */
  readonly signal: AbortSignal;
  /** How many times the run has been driven, this time included. */
  readonly attempt: number;
  /** The same for this phase, turn or tool call in every attempt and retry: for use against outside services. */
  readonly idempotencyKey: string;
  readonly logger: Logger;
  /** Tells those who listen to the run's events, in this process, about progress. Nothing of it is saved. */
  report(data: unknown): void;
}
