import { isDeepStrictEqual } from "node:util";
import { isShutdown } from "@executus/core";
import type { AgentInput, AgentOutput, Definition, Executor, RunView } from "@executus/core";
import type { ModelMessage } from "ai";
import { explain } from "./explain.ts";
import type { Options } from "./options.ts";
import { Problem } from "./problem.ts";

/**
 * Gives the answer to a question: of a run that begins, of one that goes on where it was cut off or has failed, or of one
 * that is recorded.
 *
 * @throws {Problem} if there is none. It says what to do.
 */
export async function ask(
  executor: Executor,
  agent: Definition<AgentInput<ModelMessage>, AgentOutput<ModelMessage>>,
  { id, question, root, timeoutMs }: Options,
  say: (line: string) => void,
): Promise<string> {
  // The folder is recorded with the question, and not sent: another folder is another run's.
  const input: ModelMessage[] = [
    { role: "user", content: question, providerOptions: { executus: { folder: root } } },
  ];
  const known = await executor.get(id);
  if (known !== undefined && !isDeepStrictEqual(known.input, input)) {
    throw new Problem(`Run "${id}" has another question or folder. Choose another --id.`);
  }
  say(`Run ${id} ${describe(known)}`);
  const handle =
    known?.status === "failed"
      ? await executor.retry(id)
      : await executor.start(agent, { id, input, timeoutMs });
  try {
    const { text } = (await handle.result()) as AgentOutput<ModelMessage>;
    return text;
  } catch (error) {
    const reason = isShutdown(error) ? "Stopped." : explain(error);
    throw new Problem(`${reason} What is saved stays: the same command goes on with it.`);
  }
}

function describe(known: RunView | undefined): string {
  switch (known?.status) {
    case undefined:
      return "begins.";
    case "active":
      return `goes on after turn ${known.turns}.`;
    case "failed":
      return `had failed, and is tried again after turn ${known.turns}. ${explain(known.error)}`;
    case "completed":
      return "is recorded, with its answer. Another --id asks anew.";
  }
}
