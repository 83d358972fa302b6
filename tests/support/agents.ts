import type { AssistantMessage, ToolCallPart, ToolMessage, ToolResultOutput } from "@executus/core";
import { z } from "zod";

/** An answer that calls tools: each `[name, input]`, or `[name, input, id]`. */
export function calling(
  ...calls: readonly (readonly [name: string, input: unknown, id?: string])[]
): AssistantMessage {
  return { role: "assistant", content: calls.map(callPart) };
}

function callPart(
  [toolName, input, toolCallId]: readonly [string, unknown, string?],
  index: number,
): ToolCallPart {
  return { type: "tool-call", toolCallId: toolCallId ?? `call-${index}`, toolName, input };
}

/** An answer that ends a run. */
export function saying(text: string): AssistantMessage {
  return { role: "assistant", content: text };
}

/** Results of tools, each `[name, output]` or `[name, output, id]`. */
export function results(
  ...given: readonly (readonly [name: string, output: ToolResultOutput, id?: string])[]
): ToolMessage {
  return {
    role: "tool",
    content: given.map(([toolName, output, id], index) => ({
      type: "tool-result",
      toolCallId: id ?? `call-${index}`,
      toolName,
      output,
    })),
  };
}

export const text = (value: string): ToolResultOutput => ({ type: "text", value });

export const failure = (value: string): ToolResultOutput => ({ type: "error-text", value });

/** A schema that takes anything. */
export const anything: z.ZodUnknown = z.unknown();
