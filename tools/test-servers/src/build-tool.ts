import { execFile } from "node:child_process";
import { promisify, stripVTControlCharacters } from "node:util";

/** A tool that failed, with what is not done, and the line that says why. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

export interface ToolOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What is not done if it fails: `FerretDB is not built`. */
  readonly otherwise: string;
}

/** @throws {@link BuildError} */
export async function runTool(
  program: string,
  args: readonly string[],
  { cwd, env = {}, otherwise }: ToolOptions,
): Promise<void> {
  try {
    await promisify(execFile)(program, args, {
      cwd,
      env: { ...process.env, ...env },
      timeout: 15 * 60_000,
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    throw new BuildError(`${otherwise} (${reasonOf(error as ToolFailure)})`, { cause: error });
  }
}

interface ToolFailure extends Error {
  readonly stdout?: string;
  readonly stderr?: string;
}

function reasonOf({ message, stdout = "", stderr = "" }: ToolFailure): string {
  const line = stripVTControlCharacters(`${stderr}\n${stdout}`)
    .split("\n")
    .map((printed) => printed.replace(/^\[ERROR\]/, "").trim())
    .find((printed) => printed !== "" && !printed.startsWith("go: downloading"));
  return line ?? message;
}
