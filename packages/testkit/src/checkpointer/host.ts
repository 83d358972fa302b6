import type {
  Checkpointer,
  CheckpointerFactory,
  CheckpointState,
  ResumeState,
  RunInfo,
} from "@executus/core";

/** What a host's own persistence can do beyond the contract. What is missing reads as `false`. */
export interface CheckpointerCapabilities {
  /** Another process can go on with a run, through `reattach`. */
  readonly resumes?: boolean | undefined;
  /** A begin of an id that is there rejects with `EXECUTUS_RUN_EXISTS`. */
  readonly unique?: boolean | undefined;
  /** Its checkpointers have a method `release`. */
  readonly releases?: boolean | undefined;
  /** Once a run was reattached, its earlier checkpointer is refused with `EXECUTUS_FENCED`. Needs `resumes`. */
  readonly fences?: boolean | undefined;
  /** `cancel` aborts the signal of the run's checkpointer, in whatever process. */
  readonly cancels?: boolean | undefined;
}

/** One process of a host: its factory, and ways to look at what was recorded. */
export interface CheckpointerHost {
  readonly factory: CheckpointerFactory;
  /** Reads what is durably recorded of a run; `undefined` if there is nothing. */
  load(id: string): Promise<LoadedRun | undefined>;
  /** Does what the host's recovery does about an active run. */
  reattach?(id: string): Promise<Reattached>;
  /** Asks for a run's cancellation. */
  cancel?(id: string): Promise<void>;
  /** Called when the scenario is over. */
  close?(): Promise<void>;
}

/** What is recorded of a run. */
export interface LoadedRun {
  /** `active`: not over, whether somebody drives it or not. */
  readonly status: "active" | "completed" | "failed";
  readonly state: CheckpointState;
  /** Of a completed run. */
  readonly output?: unknown;
  /** Of a failed run: an `Error` with the same message, or the thrown value itself. */
  readonly error?: unknown;
}

/** What a recovered run goes on with. */
export interface Reattached {
  readonly run: RunInfo;
  readonly resume: ResumeState;
  readonly checkpointer: Checkpointer;
}
