import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CallContext } from "./call-context.ts";
import type { AgentMessage } from "./messages.ts";

/** What a model is asked. */
export interface ModelRequest<Message> extends CallContext {
  /** The system message if there is one, then the input and all that followed, as `compact` made it of that. */
  readonly messages: (Message | AgentMessage)[];
  /** By name. What they do is not among it: the model only asks for them. */
  readonly tools: Readonly<Record<string, ToolDescription>>;
  /** The number of the answer, from 1. */
  readonly turn: number;
}

/** Gives a model's answer: an assistant message, or a list that begins with one if the provider has run tools itself. */
export type Model<Message> = (request: ModelRequest<Message>) => Answer<NoInfer<Message>>;

/** An answer, or what may belong to it as well; now or later. */
export type Answer<Message> =
  | Message
  | readonly Message[]
  | PromiseLike<Message | readonly Message[]>;

/** Makes what the model sees of the input and all that followed. What is saved stays as it was. */
export type Compact<Message> = (
  messages: readonly (Message | AgentMessage)[],
  context: CallContext,
) =>
  | readonly (NoInfer<Message> | AgentMessage)[]
  | PromiseLike<readonly (NoInfer<Message> | AgentMessage)[]>;

/** What a tool is given beside its input. */
export interface ToolContext extends CallContext {
  /** As the model gave it. */
  readonly toolCallId: string;
  /** The number of the answer that has called it, from 1. */
  readonly turn: number;
}

/** What a model is told of a tool. */
export interface ToolDescription {
  /** What it does, and when to use it. */
  readonly description: string;
  /** Of its input. */
  readonly inputSchema: StandardSchemaV1;
}

/** A tool of an agent: made by `defineTool`. */
export interface Tool extends ToolDescription {
  /** Milliseconds that one call may take. @default 60,000 */
  readonly timeoutMs?: number | undefined;
  readonly execute: (input: never, context: ToolContext) => unknown;
}

/** An agent as the executor runs it. */
export interface AgentBody {
  readonly model: (request: ModelRequest<never>) => unknown;
  readonly compact:
    | ((messages: readonly AgentMessage[], context: CallContext) => unknown)
    | undefined;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly system: string | undefined;
  readonly maxTurns: number;
  readonly maxRepeatedToolCalls: number;
}
