import { agentInput } from "./agent-input.ts";
import { checkDefined, makeDefinition } from "./definition.ts";
import type { Compact, Model, Tool } from "./agent.ts";
import type { Definition, DefinitionOptions } from "./definition.ts";
import { checkTool } from "./define-tool.ts";
import { expectFunction, expectObject, expectPositiveInteger, unexpected } from "./expect.ts";
import { checkName } from "./identifiers.ts";
import type { AgentMessage, AnyMessage } from "./messages.ts";

/** Those of a type of messages that may be a model's. */
export type AssistantOf<Message> = Message extends { readonly role: infer Role }
  ? Role extends "assistant"
    ? Message
    : "assistant" extends Role
      ? Message & { readonly role: "assistant" }
      : never
  : never;

/** Options of an agent. */
export interface AgentOptions<Message> extends DefinitionOptions {
  /** Asks a model. What it throws fails the run: leave retries to the provider's client. */
  readonly model: Model<Message>;
  /** By name, as the model knows them. @default none */
  readonly tools?: Readonly<Record<string, Tool>> | undefined;
  /** Goes first in what the model sees. It is not saved: a run that is resumed has the one of now. @default none */
  readonly system?: string | undefined;
  /** Answers that a run may take; a retry counts anew. @default 100 */
  readonly maxTurns?: number | undefined;
  /**
   * How often a tool call may be repeated with the same input and the same result after its first time, while nothing new
   * comes of any other call; a retry counts anew. @default 3
   */
  readonly maxRepeatedToolCalls?: number | undefined;
  /** Called before each question with all messages but the system's. Return new ones, and leave the given ones as they are. @default all of them */
  readonly compact?: Compact<Message> | undefined;
}

/** What an agent is asked: text, or messages. Not empty. */
export type AgentInput<Message> = string | readonly (Message | AgentMessage)[];

/** The last answer. */
export interface AgentOutput<Message> {
  /** Its text: all its text parts, joined. */
  readonly text: string;
  readonly message: AssistantOf<Message>;
}

/**
 * Defines an agent: a loop that asks a model, runs the tools that it calls, and ends with the first answer that calls none.
 *
 * The answer is saved before its tools run, and their results before the model is asked again. So after a crash the model
 * is not asked for what it has answered, and calls without a result run again, with the same `idempotencyKey`. The tools
 * of one answer run in parallel; their results stand in the order of the calls. A tool that throws or takes too long, that
 * does not exist, or whose input does not fit, gives the model an error result.
 *
 * Of its runs, `history` begins after the input.
 *
 * @example
 * ```ts
 * const helper = defineAgent("helper", {
 *   version: "1",
 *   system: "You answer in one sentence.",
 *   tools: { weather },
 *   model: (request) => ask(request), // request.messages, request.tools, request.signal
 * });
 * const { text } = await executor.run(helper, { id: "question-1", input: "Is it warm in Oslo?" });
 * ```
 * @typeParam Message - the type of message that the model takes and gives. @default {@link AgentMessage}
 * @param name - 1 to 128 bytes. Recorded with each run.
 * @throws {TypeError} if a name, version or option is not what it should be.
 */
export function defineAgent<Message extends AnyMessage = AgentMessage>(
  name: string,
  options: AgentOptions<Message>,
): Definition<AgentInput<Message>, AgentOutput<Message>> {
  checkDefined(name, options);
  const { model, system, compact, tools = {} } = options;
  const { maxTurns = 100, maxRepeatedToolCalls = 3 } = options;
  const of = (option: string): string => `"${option}" of "${name}"`;
  expectFunction(of("model"), model);
  if (compact !== undefined) expectFunction(of("compact"), compact);
  if (system !== undefined && typeof system !== "string") {
    throw unexpected(of("system"), "text", system);
  }
  expectPositiveInteger(of("maxTurns"), maxTurns);
  expectPositiveInteger(of("maxRepeatedToolCalls"), maxRepeatedToolCalls);
  expectObject(of("tools"), tools, "an object of tools by name");
  if (tools instanceof Map) throw unexpected(of("tools"), "an object of tools by name", tools);
  for (const [toolName, tool] of Object.entries(tools)) {
    checkName(`the name of a tool of "${name}"`, toolName, 128);
    checkTool(`the tool "${toolName}" of "${name}"`, tool);
  }
  return makeDefinition(
    name,
    { ...options, input: agentInput },
    {
      kind: "agent",
      model,
      compact,
      tools: new Map(Object.entries(tools)),
      system,
      maxTurns,
      maxRepeatedToolCalls,
    },
  );
}
