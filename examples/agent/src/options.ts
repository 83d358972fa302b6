import { hash } from "node:crypto";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { RunStore } from "@executus/core";
import { storeOf } from "example-stores";
import { openFolder } from "./folder.ts";
import { chooseModel } from "./model.ts";
import type { ChosenModel } from "./model.ts";
import { UsageProblem } from "./problem.ts";

/** How the program is called. */
export const usage: string =
  'npm start -w example-agent -- "question" [folder] [--id ID] [--store ADDRESS] [--timeout-ms N] [--retries N] [--pause-ms N]';

/** What the program is to do. */
export interface Options {
  readonly question: string;
  /** As `realpath` gives it. */
  readonly root: string;
  readonly chosen: ChosenModel;
  readonly id: string;
  readonly store: RunStore;
  /** That the whole run may take. */
  readonly timeoutMs: number | undefined;
  readonly retries: number;
  readonly pauseMs: number;
}

const example = join(import.meta.dirname, "..");
const repository = join(example, "../..");

/**
 * Reads the arguments and the environment.
 *
 * @param here - where the user is.
 * @throws {UsageProblem}
 */
export async function readOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  here: string,
): Promise<Options> {
  const { positionals, values } = parse(args);
  const [question = "", folder, ...more] = positionals;
  if (question.trim() === "") throw new UsageProblem("There is no question.");
  if (more.length > 0) throw new UsageProblem("There is more than a question and a folder.");
  const root = await openFolder(
    folder === undefined ? join(repository, "docs") : resolve(here, folder),
  );
  const chosen = chooseModel(env);
  // The same question to the same model about the same folder is the same run.
  const made = hash("sha256", JSON.stringify([question, root, chosen.name])).slice(0, 16);
  const timeout = values["timeout-ms"];
  return {
    question,
    root,
    chosen,
    id: values.id ?? `agent-${made}`,
    store: await makeStore(values.store, here),
    timeoutMs:
      timeout === undefined ? undefined : wholeNumber("timeout-ms", timeout, 1, 2 ** 31 - 1),
    retries: wholeNumber("retries", values.retries, 0, 10),
    // Less than what a tool may take.
    pauseMs: wholeNumber("pause-ms", values["pause-ms"], 0, 30_000),
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        id: text,
        store: text,
        "timeout-ms": text,
        retries: { type: "string", default: "2" },
        "pause-ms": { type: "string", default: "0" },
      },
    });
  } catch (error) {
    const [reason] = (error as Error).message.split(". ");
    throw new UsageProblem(`${reason?.replace(/\.?$/, ".")}`);
  }
}

/** Connects to nothing yet. */
async function makeStore(address: string | undefined, here: string): Promise<RunStore> {
  try {
    return await storeOf(address ?? `sqlite:${join(example, "runs.sqlite")}`, here);
  } catch (error) {
    throw new UsageProblem((error as Error).message);
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageProblem(`--${name} must be a whole number from ${least} to ${most}.`);
}
