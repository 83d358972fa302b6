import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test is over, with these files in it. */
export async function folderWith(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "digest-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** Starts one of the programs, as a user would: it is ended with the test at the latest. */
export function startProgram(program: string, ...args: readonly string[]): ChildProcess {
  const file = join(import.meta.dirname, "..", program);
  const flags = ["--conditions=@executus/source", "--disable-warning=ExperimentalWarning"];
  const { FORCE_COLOR: _, ...env } = process.env;
  const child = spawn(process.execPath, [...flags, file, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What a program printed, and how it ended. */
export interface Ending {
  readonly out: string;
  readonly errors: string;
  readonly code: number | null;
  readonly signal: string | null;
}

export async function endOf(child: ChildProcess): Promise<Ending> {
  let [out, errors] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { out, errors, code, signal };
}

export function runProgram(program: string, ...args: readonly string[]): Promise<Ending> {
  return endOf(startProgram(program, ...args));
}

/** A step that does nothing. */
export const noStep = async (): Promise<void> => {};

/** Whether a process runs: one that has ended may still have its number until somebody asks how. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch (error) {
    // Other systems have no such file.
    return (error as NodeJS.ErrnoException).code === "ENOENT" && process.platform !== "linux";
  }
}
