import type { Checkpointer, ResumeState } from "../checkpointer.ts";
import { takeCarried } from "../carriers.ts";
import { checkDuration, show } from "../definition.ts";
import type { AnyDefinition } from "../definition.ts";
import { checkRunId } from "../identifiers.ts";
import { checkDefinition } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** Options of one run, but for its input. Times are in milliseconds. */
export interface RunSettings {
  /** Chosen by the caller: the same id means the same run. @default one is made */
  readonly id?: string | undefined;
  /** Aborts the run if this call drives it; else stops the waiting for it. */
  readonly signal?: AbortSignal | undefined;
  /** What to do if the run is driven by another process: wait for its end, or reject with `EXECUTUS_RUN_ACTIVE`. @default "wait" */
  readonly ifActive?: "wait" | "reject" | undefined;
  /** From begin, across attempts. @default that of the definition */
  readonly timeoutMs?: number | undefined;
  /** Since the epoch. @default begin + `timeoutMs` */
  readonly deadline?: number | undefined;
  /** A state to go on from. */
  readonly resume?: ResumeState | undefined;
  /** A checkpointer to use in place of one that would be begun: the run keeps its durable record. */
  readonly checkpointer?: Checkpointer | undefined;
  /** When a run that is resumed was begun, since the epoch: idempotency keys are made from it. @default now */
  readonly createdAt?: number | undefined;
  /** Which attempt of a run that is resumed this is. @default 1 */
  readonly attempt?: number | undefined;
}

/** Options of one run. The input may be left out if the definition takes none. */
export type RunOptions<Input> = RunSettings &
  (undefined extends Input ? { readonly input?: Input } : { readonly input: Input });

/** A call to `run` or `start` that has been checked. */
export interface RunRequest extends RunSettings {
  readonly definition: AnyDefinition;
  readonly id: string;
  /** Whether the id was made here: nobody else can have it. */
  readonly idIsNew: boolean;
  readonly input: unknown;
  readonly createdAt: number;
  readonly attempt: number;
  readonly deadline: number | undefined;
}

/** Checks a call, and takes what is carried to it. @throws {TypeError} `EXECUTUS_INVALID_RUN_ID` */
export function makeRequest(
  { runtime }: Settings,
  definition: AnyDefinition,
  options: RunSettings & { readonly input?: unknown } = {},
): RunRequest {
  checkDefinition(definition);
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Expected the options to be an object such as { id, input }, got ${show(options)}.`,
    );
  }
  const carried = takeCarried();
  const { id = runtime.id(), createdAt = runtime.now(), attempt = 1, ifActive } = options;
  checkRunId(id);
  checkDuration('"timeoutMs"', options.timeoutMs);
  checkTime("createdAt", createdAt);
  if (options.deadline !== undefined) checkTime("deadline", options.deadline);
  if (!Number.isSafeInteger(attempt) || attempt < 1) {
    throw new TypeError(`Expected "attempt" to be a positive integer, got ${show(attempt)}.`);
  }
  if (ifActive !== undefined && ifActive !== "wait" && ifActive !== "reject") {
    throw new TypeError('Expected "ifActive" to be "wait" or "reject".');
  }
  const timeoutMs = options.timeoutMs ?? definition.timeoutMs;
  const { resume = carried.resume, checkpointer = carried.checkpointer } = options;
  if (resume !== undefined) checkResume(resume);
  if (checkpointer !== undefined) checkCheckpointer('"checkpointer"', checkpointer);
  return {
    ...options,
    definition,
    id,
    idIsNew: options.id === undefined,
    input: options.input,
    createdAt,
    attempt,
    timeoutMs,
    deadline: options.deadline ?? (timeoutMs === undefined ? undefined : createdAt + timeoutMs),
    resume,
    checkpointer,
  };
}

const isFunction = (value: unknown): boolean => typeof value === "function";

/** Checks what a host has made itself. @throws {TypeError} */
export function checkCheckpointer(what: string, checkpointer: unknown): void {
  const given = (checkpointer ?? {}) as Partial<Record<keyof Checkpointer, unknown>>;
  const whole = isFunction(given.save) && isFunction(given.complete) && isFunction(given.fail);
  const canRelease = given.release === undefined || isFunction(given.release);
  const canAbort = given.signal === undefined || given.signal instanceof AbortSignal;
  if (whole && canRelease && canAbort) return;
  throw new TypeError(
    `Expected ${what} to be a checkpointer: save, complete, fail, and, if they are there, a function "release" and an AbortSignal "signal".`,
  );
}

function checkResume(resume: unknown): void {
  const given = (resume ?? {}) as Partial<Record<keyof ResumeState, unknown>>;
  const { history, turns, completedPhases } = given;
  if (Array.isArray(history) && Array.isArray(completedPhases) && typeof turns === "number") return;
  throw new TypeError('Expected "resume" to be a state: { history, turns, completedPhases }.');
}

function checkTime(name: string, value: unknown): void {
  if (typeof value === "number" && Number.isFinite(value)) return;
  throw new TypeError(`Expected "${name}" to be milliseconds since the epoch, got ${show(value)}.`);
}
