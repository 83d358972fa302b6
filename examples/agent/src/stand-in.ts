import { UnsupportedFunctionalityError } from "ai";
import type { LanguageModel } from "ai";
import { nextStep } from "./plan.ts";
import type { Gathered, Step } from "./plan.ts";

type Model = Extract<LanguageModel, { readonly specificationVersion: "v4" }>;
type Prompt = Parameters<Model["doGenerate"]>[0]["prompt"];
type Generated = Awaited<ReturnType<Model["doGenerate"]>>;

/**
 * Takes the place of a model where there is none. It understands nothing: see plan.ts for its rules. As any model, it
 * remembers nothing: what it goes by is in the messages.
 */
export const standIn: Model = {
  specificationVersion: "v4",
  provider: "example-agent",
  modelId: "stand-in",
  supportedUrls: {},
  doGenerate: async ({ prompt }) => {
    const step = nextStep(questionIn(prompt), gatheredIn(prompt));
    return {
      content: contentOf(step, prompt.length),
      finishReason: { unified: "calls" in step ? "tool-calls" : "stop", raw: undefined },
      usage,
      warnings: [],
    };
  },
  doStream: async () => {
    throw new UnsupportedFunctionalityError({ functionality: "streaming" });
  },
};

/** It uses no tokens. */
const usage: Generated["usage"] = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

function contentOf(step: Step, length: number): Generated["content"] {
  if ("answer" in step) return [{ type: "text", text: step.answer }];
  return step.calls.map(([toolName, input], index) => ({
    type: "tool-call",
    toolCallId: `call-${length}-${index}`,
    toolName,
    input: JSON.stringify(input),
  }));
}

function questionIn(prompt: Prompt): string {
  return prompt
    .flatMap((message) => (message.role === "user" ? message.content : []))
    .map((part) => (part.type === "text" ? part.text : ""))
    .join(" ");
}

function gatheredIn(prompt: Prompt): Gathered {
  const results = prompt
    .flatMap((message) => (message.role === "tool" ? message.content : []))
    .filter((part) => part.type === "tool-result");
  const of = <Result>(tool: string): (Result | undefined)[] =>
    results
      .filter(({ toolName }) => toolName === tool)
      .map(({ output }) => (output.type === "json" ? (output.value as Result) : undefined));
  return { listings: of("list_files"), searches: of("search"), readings: of("read_file") };
}
