import type { AgentOutput } from "../define-agent.ts";
import { problemOfMessage } from "../agent-input.ts";
import { copyData } from "../copy-data.ts";
import { show, unexpected } from "../expect.ts";
import type { AgentMessage, AssistantMessage } from "../messages.ts";
import { isOpen, pairCalls } from "./tool-calls.ts";

/**
 * Checks what a model gave.
 *
 * @returns a copy of its messages: an answer, and what may belong to it if the provider has run tools itself.
 * @throws {TypeError} if it is no answer. It quotes nothing of it.
 */
export function checkAnswer(answer: unknown, name: string): AgentMessage[] {
  const nonsense = (what: string): TypeError =>
    new TypeError(`Expected the model of "${name}" to give an assistant message, ${what}.`);
  if (typeof answer !== "object" || answer === null) throw nonsense(`got ${show(answer)}`);
  const messages: readonly unknown[] = Array.isArray(answer) ? answer : [answer];
  if (messages.length === 0) throw nonsense("got an empty list");
  for (const [index, message] of messages.entries()) {
    const where = Array.isArray(answer) ? ` (message ${index} of its list)` : "";
    const problem = problemOfMessage(message) ?? problemOfRole(message as AgentMessage, index);
    if (problem !== undefined) throw nonsense(`but: ${problem}${where}`);
  }
  const given = copyData([...messages]) as AgentMessage[];
  const ids = pairCalls(given)
    .filter(isOpen)
    .map(({ call }) => call.toolCallId);
  if (new Set(ids).size !== ids.length)
    throw nonsense('but two of its calls have one "toolCallId"');
  // No provider takes results that do not follow their calls, and what is saved stays: each retry would fail as well.
  const goesOn = given.findLastIndex(({ role }) => role === "assistant");
  if (pairCalls(given.slice(0, goesOn)).some(isOpen))
    throw nonsense(`but calls before its message ${goesOn} have no result`);
  return given;
}

function problemOfRole({ role }: AgentMessage, index: number): string | undefined {
  if (index === 0 && role !== "assistant") return `its role is "${role}"`;
  if (role === "assistant" || role === "tool") return undefined;
  return `a message of the role "${role}" follows it`;
}

/** Checks what the model is to see. @throws {TypeError} */
export function checkCompacted(messages: unknown, name: string): readonly AgentMessage[] {
  if (Array.isArray(messages)) return messages;
  throw unexpected(`what "compact" of "${name}" returns`, "a list of messages", messages);
}

/** What an agent comes to: its last answer. */
export function outputOf(messages: readonly AgentMessage[]): AgentOutput<AgentMessage> {
  const message = messages.at(-1) as AssistantMessage;
  const { content } = message;
  const text =
    typeof content === "string"
      ? content
      : content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return { text, message };
}
