/**
 * The messages of an agent. They are assignable to the AI SDK's `ModelMessage` (version 7), which a type test shows; an
 * agent may also be declared over that type, or another that has it within.
 */

/** Any message of an agent. */
export type AgentMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** What any provider's messages have. */
export interface AnyMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | readonly AnyPart[];
}

/** What any part of a message has. */
export interface AnyPart {
  /** The types named here are those that an agent looks into. */
  readonly type: "text" | "tool-call" | "tool-result" | (string & {});
}

/** Instructions. An agent's own come from its option `system`, and are not saved. */
export interface SystemMessage {
  role: "system";
  content: string;
}

export interface UserMessage {
  role: "user";
  content: string | TextPart[];
}

/** A model's answer. */
export interface AssistantMessage {
  role: "assistant";
  content: string | (TextPart | ToolCallPart)[];
}

/** Results of tools, in the order of their calls. */
export interface ToolMessage {
  role: "tool";
  content: ToolResultPart[];
}

export interface TextPart {
  type: "text";
  text: string;
}

/** A model's wish to have a tool run. */
export interface ToolCallPart {
  type: "tool-call";
  /** Given by the model; its result has the same. Unique within an answer. */
  toolCallId: string;
  toolName: string;
  input: unknown;
}

export interface ToolResultPart {
  type: "tool-result";
  toolCallId: string;
  toolName: string;
  output: ToolResultOutput;
}

/** What a tool gave: text, or a JSON value; or what went wrong. */
export type ToolResultOutput =
  | { type: "text"; value: string }
  | { type: "json"; value: JsonValue }
  | { type: "error-text"; value: string };

export type JsonValue =
  | null
  | string
  | number
  | boolean
  | { readonly [key: string]: JsonValue | undefined }
  | readonly JsonValue[];
