import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CheckpointState, PhaseOutput } from "./checkpointer.ts";
import type { AgentBody } from "./agent.ts";
import type { CallContext } from "./call-context.ts";
import { expectArray, expectDuration, expectFunction, expectObject, unexpected } from "./expect.ts";
import { checkName } from "./identifiers.ts";
import { isSchema } from "./schema.ts";

/** What every phase and turn is given. */
export interface RunContext<Input> extends CallContext {
  readonly input: Input;
}

/** What a phase is given. */
export interface PhaseContext<Input, Outputs> extends RunContext<Input> {
  /** Outputs of completed phases, by name; of two with one name, the latest. */
  readonly outputs: Outputs;
  /** All of them, by position. */
  readonly completedPhases: readonly PhaseOutput[];
}

/** What a turn of a loop is given. */
export interface TurnContext<Input, Message> extends RunContext<Input> {
  /** All messages so far: one list that grows with the run, so copy what you keep. Append to it by returning `append`. */
  readonly history: readonly Message[];
  /** The number of this turn, from 1. */
  readonly turn: number;
}

/** What a turn of a loop returns. */
export interface TurnResult<Message, Output> {
  /** Messages to put at the end of the history. @default none */
  readonly append?: readonly Message[] | undefined;
  /** Whether the run is over. @default false */
  readonly done?: boolean | undefined;
  /** The run's output, if it is over. */
  readonly output?: Output | undefined;
}

/** What a critic sees after a boundary has been saved. */
export interface Progress extends CheckpointState {
  readonly attempt: number;
}

/** Looks at a run's progress, and may end the run by saying why. */
export type Critic = (
  progress: Progress,
) => void | { readonly kill: string } | Promise<void | { readonly kill: string }>;

/** Options that every definition has. */
export interface DefinitionOptions {
  /** Recorded with each run, 1 to 64 bytes. Change it when runs of the old one cannot go on with the new. */
  readonly version: string;
  /** Older versions whose runs this definition may resume. @default none */
  readonly accepts?: readonly string[] | undefined;
  /** Milliseconds that a run may take, from its begin, across attempts. @default no limit */
  readonly timeoutMs?: number | undefined;
  readonly critic?: Critic | undefined;
}

/** A phase as the executor runs it: its types are checked where it is declared. */
export interface Phase {
  readonly name: string;
  readonly run: (context: PhaseContext<never, never>) => unknown;
}

/** A turn as the executor runs it. */
export type LoopTurn = (context: TurnContext<never, never>) => unknown;

/** What the executor runs. */
export type DefinitionBody =
  | { readonly kind: "phases"; readonly phases: readonly Phase[] }
  | { readonly kind: "build"; readonly build: (input: never) => unknown }
  | {
      readonly kind: "loop";
      readonly maxTurns: number;
      readonly turn: LoopTurn;
    }
  | ({ readonly kind: "agent" } & AgentBody);

/** What to run, named and versioned: made by `defineRun`, `defineLoop` or `defineAgent`. */
export interface Definition<Input, Output> {
  readonly name: string;
  readonly version: string;
  readonly accepts: readonly string[];
  readonly timeoutMs: number | undefined;
  readonly critic: Critic | undefined;
  /** Checks and transforms the input, in each attempt. */
  readonly input: StandardSchemaV1 | undefined;
  readonly body: DefinitionBody;
  /** Carries the types of input and output; there is no such member. */
  readonly "~types"?: { readonly input: (input: Input) => void; readonly output: Output };
}

/** Any definition. */
export type AnyDefinition = Definition<never, unknown>;

/** Checks the two arguments of every definition. @throws {TypeError} */
export function checkDefined(name: unknown, options: unknown): asserts options is object {
  checkName("the definition's name", name, 128);
  expectObject(`the options of "${name}"`, options, "an object such as { version }");
}

/** Checks what all definitions share. @throws {TypeError} */
export function makeDefinition<Input, Output>(
  name: string,
  options: DefinitionOptions & { readonly input?: StandardSchemaV1 | undefined },
  body: DefinitionBody,
): Definition<Input, Output> {
  const { version, accepts = [], timeoutMs, critic, input } = options;
  checkName(`the version of "${name}"`, version, 64);
  expectArray(`"accepts" of "${name}"`, accepts, "a list of versions");
  for (const older of accepts) checkName(`each of "accepts" of "${name}"`, older, 64);
  expectDuration(`"timeoutMs" of "${name}"`, timeoutMs);
  if (critic !== undefined) expectFunction(`"critic" of "${name}"`, critic);
  if (input !== undefined && !isSchema(input)) {
    throw unexpected(`"input" of "${name}"`, "a Standard Schema", input);
  }
  return { name, version, accepts: [...accepts], timeoutMs, critic, input, body };
}

/** Whether this definition may run what a run of this version left. */
export function acceptsVersion(definition: AnyDefinition, version: string): boolean {
  return definition.version === version || definition.accepts.includes(version);
}
