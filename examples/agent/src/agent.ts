import { defineAgent } from "@executus/core";
import type { AgentInput, AgentOutput, Definition } from "@executus/core";
import { generateText } from "ai";
import type { ModelMessage } from "ai";
import type { ChosenModel } from "./model.ts";
import { modelProblem } from "./model-problem.ts";
import { folderTools } from "./tools.ts";

/** What an agent over one folder is made of. */
export interface FolderAgentOptions extends ChosenModel {
  /** As `realpath` gives it. */
  readonly root: string;
  /** How long each call of a tool waits before it begins. */
  readonly pauseMs: number;
  /** How often the client asks again if the endpoint is busy or away. */
  readonly retries: number;
  /** Tells what the agent does. */
  readonly say: (line: string) => void;
}

/** The agent. A model's answer is saved before its tools run, and their results before it is asked again. */
export function defineFolderAgent({
  model,
  name,
  secret,
  root,
  pauseMs,
  retries: maxRetries,
  say,
}: FolderAgentOptions): Definition<AgentInput<ModelMessage>, AgentOutput<ModelMessage>> {
  return defineAgent<ModelMessage>("folder-agent", {
    version: "1",
    system:
      "You answer questions about the texts of a folder. Look into them with your tools, several at once where you can, answer briefly, and name the files that you have it from.",
    tools: folderTools({ root, pauseMs, secret, say }),
    maxTurns: 30,
    model: async ({ messages, tools, signal: abortSignal, turn }) => {
      say(`Turn ${turn}: asks ${name}.`);
      try {
        const limits = { abortSignal, maxRetries, allowSystemInMessages: true };
        const { responseMessages } = await generateText({ model, messages, tools, ...limits });
        return secret.inValue(responseMessages);
      } catch (error) {
        abortSignal.throwIfAborted();
        throw modelProblem(error, secret);
      }
    },
  });
}
