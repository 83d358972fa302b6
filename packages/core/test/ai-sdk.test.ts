import { generateText } from "ai";
import type { AssistantModelMessage, ModelMessage } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { createExecutor, defineAgent, defineTool } from "../src/index.ts";
import type { AgentMessage, AgentOutput, Definition } from "../src/index.ts";

type Generated = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;

function generated(content: Generated["content"], reason: "stop" | "tool-calls"): Generated {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  return { content, finishReason: { unified: reason, raw: undefined }, usage, warnings: [] };
}

const callsWeather = (input: string): Generated =>
  generated(
    [{ type: "tool-call", toolCallId: "call-1", toolName: "weather", input }],
    "tool-calls",
  );

const says = (text: string): Generated => generated([{ type: "text", text }], "stop");

const weather = defineTool({
  description: "Tells the weather of a city.",
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, celsius: 21 }),
});

function helper(
  model: MockLanguageModelV4,
): Definition<string | readonly ModelMessage[], AgentOutput<ModelMessage>> {
  return defineAgent<ModelMessage>("helper", {
    version: "1",
    system: "You are brief.",
    tools: { weather },
    model: async ({ messages, tools, signal: abortSignal }) =>
      (await generateText({ model, messages, tools, abortSignal, allowSystemInMessages: true }))
        .responseMessages,
  });
}

test("generateText of the AI SDK is a model in three lines", async () => {
  const model = new MockLanguageModelV4({
    doGenerate: [callsWeather('{"city":"Oslo"}'), says("It is 21 °C in Oslo.")],
  });
  await using executor = createExecutor();

  const output = await executor.run(helper(model), { input: "Is it warm in Oslo?" });

  expect(output.text).toBe("It is 21 °C in Oslo.");
  expectTypeOf(output.message).toEqualTypeOf<AssistantModelMessage>();
  const [first, second] = model.doGenerateCalls;
  expect(first?.tools).toMatchObject([
    { name: "weather", description: weather.description, inputSchema: { required: ["city"] } },
  ]);
  expect(second?.prompt.map(({ role }) => role)).toEqual(["system", "user", "assistant", "tool"]);
  expect(second?.prompt.at(-1)).toMatchObject({
    content: [{ output: { type: "json", value: { city: "Oslo", celsius: 21 } } }],
  });
});

test("a call that the AI SDK could not read has its result already, and the model is asked again", async () => {
  const model = new MockLanguageModelV4({
    doGenerate: [callsWeather('{"city'), says("I do not know.")],
  });
  await using executor = createExecutor();

  const { text } = await executor.run(helper(model), { input: "Is it warm in Oslo?" });

  expect(text).toBe("I do not know.");
  expect(model.doGenerateCalls[1]?.prompt.at(-1)).toMatchObject({
    role: "tool",
    content: [{ toolCallId: "call-1", output: { type: "error-text" } }],
  });
});

test("the messages of an agent are messages of the AI SDK", () => {
  expectTypeOf<AgentMessage>().toExtend<ModelMessage>();
});
