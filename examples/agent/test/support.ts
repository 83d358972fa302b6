import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ToolContext } from "@executus/core";
import { onTestFinished } from "vitest";
import { run } from "../src/run.ts";
import { hiding } from "../src/secret.ts";
import { folderTools } from "../src/tools.ts";

/** A folder that is gone when the test is over, with these files in it. */
export async function folderWith(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "agent-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** Makes a named pipe. Windows has none. */
export function makePipe(path: string): void {
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', path]);
}

/** Calls a tool over a folder, as an agent would. */
export async function callTool(
  root: string,
  name: "list_files" | "search" | "read_file",
  input: object,
  signal: AbortSignal = new AbortController().signal,
): Promise<unknown> {
  const tool = folderTools({ root, pauseMs: 0, secret: hiding(""), say: () => {} })[name];
  const parsed = await tool?.inputSchema["~standard"].validate(input);
  if (parsed === undefined || parsed.issues !== undefined) throw new Error("It does not fit.");
  return tool?.execute(parsed.value as never, { signal } as ToolContext);
}

/** What a program printed, and its exit code. */
export interface Said {
  readonly out: string;
  readonly errors: string;
  readonly code: number | null;
}

/** Runs the program in this process, which takes less time. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  let [out, errors] = ["", ""];
  const code = await run({
    args,
    env,
    here: import.meta.dirname,
    print: (text) => (out += `${text}\n`),
    say: (line) => (errors += `${line}\n`),
    stop: new AbortController().signal,
  });
  return { out, errors, code };
}

/** The program, run by a user. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves when it has told lines that match, in whatever order. */
  told(...patterns: readonly RegExp[]): Promise<void>;
  ended(): Promise<Ending>;
}

/** The same of a process. */
export interface Ending extends Said {
  readonly signal: string | null;
}

/** Starts the program: it is ended with the test at the latest. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const file = join(import.meta.dirname, "../src/main.ts");
  const flags = ["--conditions=@executus/source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, file, ...args], {
    env: { ...foreignEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  return {
    child,
    told: (...patterns) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (patterns.every((pattern) => pattern.test(errors))) resolve();
        };
        child.stderr.on("data", look);
        child.once("close", () => reject(new Error(`It ended, and told:\n${errors}${out}`)));
        look();
      }),
    ended: async () => {
      const [code, signal] = await closed;
      return { out, errors, code, signal };
    },
  };
}

export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  return startProgram(args, env).ended();
}

/** Without what would change what the program does. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(?:EXECUTUS_AGENT_|npm_lifecycle_event$|FORCE_COLOR$|NODE_OPTIONS$)/.test(name),
    ),
  );
}
