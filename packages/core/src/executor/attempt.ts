import { hash } from "node:crypto";
import type {
  Checkpointer,
  CheckpointState,
  PhaseOutput,
  ResumeState,
  RunInfo,
} from "../checkpointer.ts";
import type { AnyDefinition, RunContext } from "../definition.ts";
import type { Since } from "../journal/fold.ts";
import type { ExecutusError } from "../errors.ts";
import { safeLogger } from "../logger.ts";
import type { Logger } from "../logger.ts";
import { withoutCarried } from "../carriers.ts";
import type { Cancellation } from "./cancellation.ts";
import type { Feed } from "./feed.ts";
import type { Teller } from "./teller.ts";

/** What the body of an attempt came to. `refusal`: it was not executed, because its definition does not fit it. */
export type BodyResult =
  | { readonly output: unknown }
  | { readonly error: unknown }
  | { readonly refusal: ExecutusError };

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

/** What the body of an attempt works with. */
export interface Attempt {
  readonly start: AttemptStart;
  readonly state: GrowingState;
  readonly cancellation: Cancellation;
  readonly feed: Feed;
  readonly teller: Teller;
  readonly logger: Logger;
  readonly input: unknown;
  readonly now: () => number;
  /** Set when another owner has the run. */
  readonly ownership: { lost: { readonly error: unknown } | undefined };
  /** Calls user code, and waits for it. */
  call<T>(body: () => T | PromiseLike<T>): Promise<T>;
  /** Saves the state, and lets the critic look at it. */
  boundary(): Promise<void>;
  /** Tells that the definition fits what is completed. */
  prepared(): void;
}

/** A copy of a state, to grow from. */
export function growFrom(resume: ResumeState | undefined): GrowingState {
  return {
    history: [...(resume?.history ?? [])],
    turns: resume?.turns ?? 0,
    completedPhases: [...(resume?.completedPhases ?? [])],
  };
}

/** What every phase and turn is given. */
export function contextFor(
  { start, input, cancellation, feed, logger, now }: Attempt,
  position: readonly (string | number)[],
): RunContext<unknown> {
  const { id, createdAt } = start.info;
  return {
    id,
    input,
    signal: cancellation.signal,
    attempt: start.attempt,
    idempotencyKey: idempotencyKey(id, createdAt, position),
    logger: safeLogger(logger, { position: position.join(" ") }),
    report: (data) => feed.live({ type: "report", at: now(), data }),
  };
}

/** A name for one position of one run: equal across attempts and retries, different once it is deleted and begun anew. */
function idempotencyKey(
  id: string,
  createdAt: number,
  position: readonly (string | number)[],
): string {
  return hash("sha256", JSON.stringify([id, createdAt, ...position]), "base64url");
}

/** Runs user code: what was carried to the run is not carried into it. */
export function callUserCode<T>(
  cancellation: Cancellation,
  graceMs: number,
  body: () => T | PromiseLike<T>,
): Promise<T> {
  return cancellation.waitFor(graceMs, () => withoutCarried(body));
}
