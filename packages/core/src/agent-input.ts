import type { StandardSchemaV1 } from "@standard-schema/spec";
import { ownVendor } from "./errors.ts";
import { show } from "./expect.ts";
import type { AgentMessage } from "./messages.ts";

const roles: ReadonlySet<unknown> = new Set(["system", "user", "assistant", "tool"]);

/** What an agent is asked: text that is not empty becomes a user's message; messages stay as they are. */
export const agentInput: StandardSchemaV1<unknown, readonly AgentMessage[]> = {
  "~standard": {
    version: 1,
    vendor: ownVendor,
    validate: (value) => {
      if (typeof value === "string" && value !== "") {
        return { value: [{ role: "user", content: value }] };
      }
      if (!Array.isArray(value) || value.length === 0) {
        const came = value === "" ? "empty text" : Array.isArray(value) ? "none" : show(value);
        return { issues: [{ message: `expected text or a list of messages, got ${came}` }] };
      }
      const issues = value.flatMap((message: unknown, index) => {
        const problem = problemOfMessage(message);
        return problem === undefined ? [] : [{ message: problem, path: [index] }];
      });
      return issues.length > 0 ? { issues } : { value: value as readonly AgentMessage[] };
    },
  },
};

/** Says what keeps a value from being a message. It quotes nothing of its content. */
export function problemOfMessage(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `expected a message, got ${show(value)}`;
  const { role, content } = value as { readonly role?: unknown; readonly content?: unknown };
  if (!roles.has(role)) {
    return 'expected the role of a message to be "system", "user", "assistant" or "tool"';
  }
  if (Array.isArray(content)) return content.map(problemOfPart).find((problem) => problem);
  if (typeof content === "string" && role !== "tool") return undefined;
  const wanted = role === "tool" ? "a list of parts" : "text or a list of parts";
  return `expected the content of a message to be ${wanted}, got ${show(content)}`;
}

/** A part as it may come from any provider. */
interface Part {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly toolCallId?: unknown;
  readonly toolName?: unknown;
  readonly output?: unknown;
}

function problemOfPart(part: unknown, index: number): string | undefined {
  const where = `content[${index}]`;
  const { type, text, toolCallId, toolName, output } = (part ?? {}) as Part;
  if (typeof type !== "string") return `expected ${where} of a message to be a part with a type`;
  if (type === "text" && typeof text !== "string") return `${where} has no text`;
  if (type !== "tool-call" && type !== "tool-result") return undefined;
  if (typeof toolCallId !== "string" || toolCallId === "") {
    return `${where}, a ${type}, has no "toolCallId"`;
  }
  if (typeof toolName !== "string") return `${where}, a ${type}, has no "toolName"`;
  if (type === "tool-result" && output === undefined) return `${where}, a ${type}, has no "output"`;
  return undefined;
}
