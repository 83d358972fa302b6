// What a user writes, with the types that a user expects. Its compilation is half of the test; running it is the other.
import { deepEqual, equal } from "node:assert/strict";
import { memoryStore } from "@executus/adapter-memory";
import {
  createExecutor,
  defineAgent,
  defineLoop,
  defineRun,
  defineTool,
  isExecutusError,
  phase,
} from "@executus/core";
import type {
  AgentMessage,
  AssistantMessage,
  Definition,
  PhaseOutput,
  RunHandle,
  RunView,
} from "@executus/core";
import { z } from "zod";
import type { Same } from "./same.js";

/** Does not compile unless the value's type is exactly the one that is stated. */
function typeIs<Expected>() {
  return <Actual>(
    _value: Actual,
    ..._same: Same<Actual, Expected> extends true ? [] : ["another type"]
  ): void => {};
}

const digest = defineRun<{ folder: string }>("digest", { version: "1" })
  .phase("collect", ({ input, signal, attempt, idempotencyKey }) => {
    typeIs<{ folder: string }>()(input);
    typeIs<AbortSignal>()(signal);
    typeIs<number>()(attempt);
    typeIs<string>()(idempotencyKey);
    return [input.folder, "a longer text"];
  })
  .phase("count", async ({ outputs, completedPhases }) => {
    typeIs<string[]>()(outputs.collect);
    typeIs<readonly PhaseOutput[]>()(completedPhases);
    return new Map(outputs.collect.map((text) => [text, text.length]));
  })
  .phase("write", ({ outputs }) => {
    typeIs<Map<string, number>>()(outputs.count);
    return { longest: Math.max(...outputs.count.values()), at: new Date(0) };
  });

// A schema gives both types: what the caller passes, and what phases get.
const crawl = defineRun("crawl", {
  version: "1",
  input: z.object({ url: z.url().transform((url) => new URL(url)), depth: z.number().default(1) }),
}).phase("fetch", ({ input }) => {
  typeIs<{ url: URL; depth: number }>()(input);
  return `${input.url.hostname}/${input.depth}`;
});

const built = defineRun<{ names: string[] }, number>("built", {
  version: "1",
  build: (input) => {
    typeIs<{ names: string[] }>()(input);
    return input.names.map((name, index) => phase(name, () => index));
  },
});

interface Message {
  readonly role: "user" | "assistant";
  readonly text: string;
}

const talk = defineLoop<{ question: string }, Message, string>("talk", {
  version: "1",
  maxTurns: 5,
  turn: ({ history, input, turn }) => {
    typeIs<readonly Message[]>()(history);
    typeIs<{ question: string }>()(input);
    typeIs<number>()(turn);
    const message: Message = { role: "assistant", text: `${input.question} ${turn}` };
    return { append: [message], done: turn === 2, output: message.text };
  },
});

const weather = defineTool({
  description: "Tells the weather of a city.",
  inputSchema: z.object({ city: z.string(), days: z.number().default(1) }),
  execute: (input, { toolCallId }) => {
    typeIs<{ city: string; days: number }>()(input);
    typeIs<string>()(toolCallId);
    return `${input.days} warm day in ${input.city}`;
  },
});

const helper = defineAgent("helper", {
  version: "1",
  tools: { weather },
  model: ({ messages, turn }) => {
    typeIs<AgentMessage[]>()(messages);
    if (turn === 2) return { role: "assistant", content: JSON.stringify(messages.at(-1)?.content) };
    const call = { toolCallId: "call-1", toolName: "weather", input: { city: "Oslo" } };
    return { role: "assistant", content: [{ type: "tool-call", ...call }] };
  },
});

const plain = defineRun("plain", { version: "1" }).phase("only", () => 1 as const);

const executor = createExecutor({
  store: memoryStore(),
  definitions: [digest, crawl, built, talk, helper, plain],
});
try {
  const digested = await executor.run(digest, { id: "digest", input: { folder: "docs" } });
  typeIs<{ longest: number; at: Date }>()(digested);
  deepEqual(digested, { longest: 13, at: new Date(0) });

  const fetched = await executor.run(crawl, { input: { url: "https://example.com/" } });
  typeIs<string>()(fetched);
  equal(fetched, "example.com/1");

  const count = await executor.run(built, { input: { names: ["a", "b"] } });
  typeIs<number>()(count);
  equal(count, 1);

  const handle = await executor.start(talk, { input: { question: "why" } });
  typeIs<RunHandle<string>>()(handle);
  const answer = await handle.result();
  typeIs<string>()(answer);
  equal(answer, "why 2");
  const definition: Definition<{ question: string }, string> = talk;
  equal(definition.name, "talk");

  const { text, message } = await executor.run(helper, { input: "Is it warm in Oslo?" });
  typeIs<string>()(text);
  typeIs<AssistantMessage>()(message);
  equal(text.includes("1 warm day in Oslo"), true);

  const one = await executor.run(plain);
  typeIs<1>()(one);
  equal(one, 1);

  const view = await executor.get("digest");
  typeIs<RunView | undefined>()(view);
  equal(view?.status, "completed");

  try {
    await executor.run(crawl, { input: { url: "nowhere" } });
    equal("it ran", "it was refused");
  } catch (error) {
    equal(isExecutusError(error, "EXECUTUS_INVALID_INPUT"), true);
  }
} finally {
  await executor[Symbol.asyncDispose]();
}
console.log("all as expected");
