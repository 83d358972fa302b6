import type { Checkpointer, ResumeState } from "../checkpointer.ts";
import { takeCarried } from "../carriers.ts";
import { checkCheckpointer, checkResume } from "../checkpointer-checks.ts";
import { copyData } from "../copy-data.ts";
import type { AnyDefinition } from "../definition.ts";
import {
  expectDuration,
  expectObject,
  expectOneOf,
  expectPositiveInteger,
  expectSignal,
  expectTime,
} from "../expect.ts";
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
  checkDefinition("what is to run", definition);
  expectObject("the options of a run", options, "an object such as { id, input }");
  const carried = takeCarried();
  const { id = runtime.id(), createdAt = runtime.now(), attempt = 1, ifActive } = options;
  checkRunId(id);
  expectSignal('"signal"', options.signal);
  expectDuration('"timeoutMs"', options.timeoutMs);
  expectTime('"createdAt"', createdAt);
  if (options.deadline !== undefined) expectTime('"deadline"', options.deadline);
  expectPositiveInteger('"attempt"', attempt);
  expectOneOf('"ifActive"', ifActive, ["wait", "reject"]);
  const timeoutMs = options.timeoutMs ?? definition.timeoutMs;
  const { resume = carried.resume, checkpointer = carried.checkpointer } = options;
  if (resume !== undefined) checkResume('"resume"', resume);
  if (checkpointer !== undefined) checkCheckpointer('"checkpointer"', checkpointer);
  return {
    ...options,
    definition,
    id,
    idIsNew: options.id === undefined,
    // A caller's list of messages may grow: the model sees what it was when the call was made, as the record does.
    input: definition.body.kind === "agent" ? copyData(options.input) : options.input,
    createdAt,
    attempt,
    timeoutMs,
    deadline: options.deadline ?? (timeoutMs === undefined ? undefined : createdAt + timeoutMs),
    resume,
    checkpointer,
  };
}
