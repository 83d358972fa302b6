/**
 * The ports that the executor drives a run through.
 *
 * With a store, the journal implements them. A host that has its own persistence implements these two instead, and
 * verifies its own with `checkpointerConformance` of `@executus/testkit`; recovery is then the host's, through the
 * options `resume` and `checkpointer` of `executor.run`.
 */

/** Makes the durable record of a run, once, before any user code runs. */
export interface CheckpointerFactory {
  /**
   * Begins the durable record of a fresh run.
   *
   * @throws anything: the run then goes on without a record, unless `durability: "required"`. The codes
   * `EXECUTUS_RUN_EXISTS`, `EXECUTUS_FENCED`, `EXECUTUS_NOT_SERIALIZABLE`, `EXECUTUS_TOO_LARGE`,
   * `EXECUTUS_STORE_MISCONFIGURED`, `EXECUTUS_STORE_CLOSED` and `EXECUTUS_INVALID_…` always reject the run.
   */
  begin(run: RunInfo): Promise<Checkpointer>;
}

/**
 * Keeps the record of one run, for one attempt. The executor makes one call after the other, and none after an end; a call
 * that is past its time limit is not waited for any longer.
 */
export interface Checkpointer {
  /** Persists the run's progress. Resolves when it is durable. Throttling, if any, is the checkpointer's own affair. */
  save(state: CheckpointState): Promise<void>;
  /** The run succeeded: nothing is left to recover. `state` has what no save has carried yet. */
  complete(output: unknown, state: CheckpointState): Promise<void>;
  /** The run ended for good without success. */
  fail(error: unknown, state: CheckpointState): Promise<void>;
  /** The run stops here but is not over (shutdown): another owner may take it at once. */
  release?(state: CheckpointState): Promise<void>;
  /** Aborted when this checkpointer no longer owns the run (reason: `EXECUTUS_FENCED`), or when someone asked for the run's cancellation (`EXECUTUS_CANCELLED`). */
  readonly signal?: AbortSignal | undefined;
}

/** What is known of a run when it begins. */
export interface RunInfo {
  readonly id: string;
  readonly definition: string;
  readonly version: string;
  /** As the caller gave it, before any schema was applied. */
  readonly input: unknown;
  /** Milliseconds since the epoch. Idempotency keys are made from it, so a recovered run must be given the same. */
  readonly createdAt: number;
  /** Milliseconds from begin, across attempts. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly deadline?: number | undefined;
}

/** What is saved of a run. Both arrays only ever grow, so an implementation may persist just the new end of each. */
export interface CheckpointState {
  /** Of a loop: its messages, as they were before any compaction that the loop does for its model. */
  readonly history: readonly unknown[];
  /** Of a loop: turns that ended. */
  readonly turns: number;
  /** In order of execution. */
  readonly completedPhases: readonly PhaseOutput[];
}

export interface PhaseOutput {
  readonly name: string;
  /** Position in the definition, from 0. */
  readonly index: number;
  readonly output: unknown;
}

/** A state to go on from: what the last acknowledged save carried. */
export type ResumeState = CheckpointState;
