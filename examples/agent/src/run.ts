import { createExecutor } from "@executus/core";
import { defineFolderAgent } from "./agent.ts";
import { ask } from "./ask.ts";
import { explain } from "./explain.ts";
import { loggerOver } from "./logger.ts";
import { readOptions, usage } from "./options.ts";
import type { Options } from "./options.ts";
import { printable } from "./printable.ts";
import { UsageProblem } from "./problem.ts";

/** Where the program is, and whom it talks to. */
export interface Surroundings {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Where the user is. */
  readonly here: string;
  /** For the answer. */
  readonly print: (text: string) => void;
  /** For all else. */
  readonly say: (line: string) => void;
  /** Aborted when the program is to stop. */
  readonly stop: AbortSignal;
}

/** The program. @returns its exit code */
export async function run(surroundings: Surroundings): Promise<number> {
  const say = (line: string): void => surroundings.say(printable(line));
  try {
    const { args, env, here, print, stop } = surroundings;
    const answer = await answerTo(await readOptions(args, env, here), say, stop);
    print(printable(answer));
    return 0;
  } catch (error) {
    say(explain(error));
    if (!(error instanceof UsageProblem)) return 1;
    say(`Usage: ${usage}`);
    return 2;
  }
}

async function answerTo(
  options: Options,
  say: (line: string) => void,
  stop: AbortSignal,
): Promise<string> {
  const { chosen, pauseMs, retries, root, store } = options;
  const agent = defineFolderAgent({ ...chosen, root, pauseMs, retries, say });
  const executor = createExecutor({ store, definitions: [agent], logger: loggerOver(say) });
  stop.addEventListener("abort", () => void executor.shutdown({ graceMs: 0 }));
  try {
    say(`Reads ${root}, asks ${chosen.name}.`);
    return await ask(executor, agent, options, say);
  } finally {
    await executor[Symbol.asyncDispose]();
  }
}
