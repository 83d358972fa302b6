import type { AgentMessage, ToolCallPart } from "../messages.ts";

/** A call of a tool, and what came of it. Calls that a provider has carried out itself are not among them. */
export interface PairedCall {
  readonly call: ToolCallPart;
  /** The place of the message with which its turn begins. */
  readonly turnAt: number;
  /** Its place among the calls of its turn, unless some of them have results in between. */
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

/** Pairs the calls in a list of messages with their results. Ids need be unique only among calls without a result. */
export function pairCalls(messages: readonly AgentMessage[]): readonly PairedCall[] {
  const pairs: PairedCall[] = [];
  /** Places in `pairs` of the calls that have no result yet. */
  let open: number[] = [];
  let first = 0;
  let turnAt = 0;
  for (const [at, { role, content }] of messages.entries()) {
    if (typeof content === "string") continue;
    if (role === "assistant" && open.length === 0) {
      first = pairs.length;
      turnAt = at;
    }
    for (const part of content as readonly Part[]) {
      if (part.type === "tool-call" && part.providerExecuted !== true) {
        open.push(pairs.length);
        const call = part as unknown as ToolCallPart;
        pairs.push({ call, turnAt, index: pairs.length - first, result: undefined });
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
