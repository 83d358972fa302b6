import { createServer } from "node:http";
import { memoryStore } from "@executus/adapter-memory";
import { createExecutor, defineRun } from "@executus/core";
import type { AgentMessage, Executor, Model, RunDefinition, RunStore } from "@executus/core";

export { memoryData, memoryStore } from "@executus/adapter-memory";
export { sqliteStore } from "@executus/adapter-sqlite";
export { createExecutor, defineAgent, defineLoop, defineRun, defineTool } from "@executus/core";
export { isExecutusError, phase } from "@executus/core";
export { setTimeout as sleep } from "node:timers/promises";
export { z } from "zod";

export const store: RunStore = memoryStore();

interface Keyed {
  readonly idempotencyKey: string;
}

const charges = new Map<string, { readonly receipt: string }>();

/** A service that knows idempotency keys. */
export const payments = {
  async charge(cents: number, { idempotencyKey }: Keyed): Promise<{ readonly receipt: string }> {
    const charge = charges.get(idempotencyKey) ?? {
      receipt: `${cents} cents, no. ${charges.size + 1}`,
    };
    charges.set(idempotencyKey, charge);
    return charge;
  },
};

export const mail = {
  async send(text: string): Promise<string> {
    return `sent: ${text}`;
  },
};

export async function copyTable(table: string, _signal: AbortSignal): Promise<number> {
  return table.length;
}

export const invoice: RunDefinition<
  { cents: number },
  { cents: number },
  string,
  readonly ["charge", { readonly receipt: string }] | readonly ["send", string]
> = defineRun<{ cents: number }>("invoice", { version: "1" })
  .phase("charge", ({ input, idempotencyKey }) => payments.charge(input.cents, { idempotencyKey }))
  .phase("send", ({ outputs }) => mail.send(outputs.charge.receipt));

export const executor: Executor = createExecutor({ store, definitions: [invoice] });

/** Knows one question. */
export const model: Model<AgentMessage> = ({ turn }) =>
  turn === 1
    ? {
        role: "assistant",
        content: [
          { type: "tool-call", toolCallId: "1", toolName: "weather", input: { city: "Oslo" } },
        ],
      }
    : { role: "assistant", content: "Yes, it is sunny." };

/** A server that is told to end as soon as it listens. */
export function listen(): ReturnType<typeof createServer> {
  return createServer().listen(0, "127.0.0.1", () => process.kill(process.pid, "SIGTERM"));
}

/** What a `compact` may do. */
export const shorten = (messages: readonly AgentMessage[]): readonly AgentMessage[] => messages;
