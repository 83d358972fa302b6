import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkDefined, makeDefinition } from "./definition.ts";
import type {
  AnyDefinition,
  Definition,
  DefinitionBody,
  DefinitionOptions,
  LoopTurn,
  TurnContext,
  TurnResult,
} from "./definition.ts";
import { expectFunction, expectPositiveInteger } from "./expect.ts";

/** Options of a loop. */
export interface LoopOptions<Parsed, Message, Output> extends DefinitionOptions {
  /** Turns that a run may take; a retry counts anew. @default 100 */
  readonly maxTurns?: number | undefined;
  /** One iteration. What it appends is saved when it ends; a turn that was interrupted runs again from its start. */
  readonly turn: (
    context: TurnContext<Parsed, Message>,
  ) => TurnResult<Message, Output> | Promise<TurnResult<Message, Output>>;
}

/**
 * Defines a loop: turns that append messages to a history until one says that it is done.
 *
 * @example
 * ```ts
 * const counter = defineLoop<{ upTo: number }, number, number>("counter", {
 *   version: "1",
 *   turn: ({ history, input, turn }) => ({ append: [turn], done: turn === input.upTo, output: history.length + 1 }),
 * });
 * ```
 * @param name - 1 to 128 bytes. Recorded with each run.
 * @throws {TypeError} if a name, version or option is not what it should be.
 */
export function defineLoop<Schema extends StandardSchemaV1, Message = unknown, Output = unknown>(
  name: string,
  options: LoopOptions<StandardSchemaV1.InferOutput<Schema>, Message, Output> & {
    readonly input: Schema;
  },
): Definition<StandardSchemaV1.InferInput<Schema>, Output>;
export function defineLoop<Input = undefined, Message = unknown, Output = unknown>(
  name: string,
  options: LoopOptions<Input, Message, Output> & { readonly input?: undefined },
): Definition<Input, Output>;
export function defineLoop(
  name: string,
  options: DefinitionOptions & {
    readonly input?: StandardSchemaV1 | undefined;
    readonly maxTurns?: number | undefined;
    readonly turn: unknown;
  },
): AnyDefinition {
  checkDefined(name, options);
  const { turn, maxTurns = 100 } = options;
  expectFunction(`"turn" of "${name}"`, turn);
  expectPositiveInteger(`"maxTurns" of "${name}"`, maxTurns);
  const body: DefinitionBody = { kind: "loop", maxTurns, turn: turn as LoopTurn };
  return makeDefinition(name, options, body);
}
