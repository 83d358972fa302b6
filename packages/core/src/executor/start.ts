import type {
  Checkpointer,
  CheckpointState,
  PhaseOutput,
  ResumeState,
  RunInfo,
} from "../checkpointer.ts";
import type { AnyDefinition } from "../definition.ts";
import type { Since } from "../journal/fold.ts";

/** All that one attempt starts from. */
export interface AttemptStart {
  readonly definition: AnyDefinition;
  readonly info: RunInfo;
  /** `undefined`: the run has no durable record. */
  readonly checkpointer: Checkpointer | undefined;
  /** How many records the run's journal has; `undefined` if it is not in this executor's store. */
  readonly records: (() => number) | undefined;
  /** Names the run's journal, if it is in this executor's store. */
  readonly incarnation?: string | undefined;
  /** Whether the record was begun for this attempt. */
  readonly isFresh?: boolean | undefined;
  readonly resume?: ResumeState | undefined;
  readonly attempt: number;
  readonly since?: Since | undefined;
  /** The input as its schema has made it, if that has been done. */
  readonly parsed?: { readonly input: unknown } | undefined;
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
}

/** The state of a run in the process that drives it. */
export interface GrowingState extends CheckpointState {
  readonly history: unknown[];
  turns: number;
  readonly completedPhases: PhaseOutput[];
}

/** A copy of a state, to grow from. */
export function growFrom(resume: ResumeState | undefined): GrowingState {
  return {
    history: [...(resume?.history ?? [])],
    turns: resume?.turns ?? 0,
    completedPhases: [...(resume?.completedPhases ?? [])],
  };
}
