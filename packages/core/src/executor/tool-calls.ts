import type { AgentMessage, ToolCallPart } from "../messages.ts";

/** A call of a tool, and what came of it. Calls that a provider has carried out itself are not among them. */
export interface PairedCall {
  readonly call: ToolCallPart;
  /** Its place among the calls of its answer. */
  readonly index: number;
  /** `at`: the place of the message that has it. */
  readonly result: { readonly output: unknown; readonly at: number } | undefined;
}

/** A part as it may come from any provider. */
interface Part {
  readonly type: string;
  readonly toolCallId: string;
  readonly output?: unknown;
  readonly providerExecuted?: unknown;
}

/** Pairs the calls in a list of messages with their results. Ids need be unique only among the calls of one answer. */
export function pairCalls(messages: readonly AgentMessage[]): readonly PairedCall[] {
  const pairs: PairedCall[] = [];
  /** Places in `pairs` of the calls that have no result yet. */
  let open: number[] = [];
  let answerStart = 0;
  for (const [at, { role, content }] of messages.entries()) {
    if (typeof content === "string") continue;
    if (role === "assistant" && open.length === 0) answerStart = pairs.length;
    for (const part of content as readonly Part[]) {
      if (part.type === "tool-call" && part.providerExecuted !== true) {
        open.push(pairs.length);
        const call = part as unknown as ToolCallPart;
        pairs.push({ call, index: pairs.length - answerStart, result: undefined });
      } else if (part.type === "tool-result") {
        const place = open.find((each) => pairs[each]?.call.toolCallId === part.toolCallId);
        if (place === undefined) continue;
        open = open.filter((each) => each !== place);
        pairs[place] = { ...(pairs[place] as PairedCall), result: { output: part.output, at } };
      }
    }
  }
  return pairs;
}

/** Whether a call has no result yet. */
export function isOpen({ result }: PairedCall): boolean {
  return result === undefined;
}

/** Whether the last message is a model's. */
export function endsWithAnswer(messages: readonly AgentMessage[]): boolean {
  return messages.at(-1)?.role === "assistant";
}
