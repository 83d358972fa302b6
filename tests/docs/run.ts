import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Program } from "./programs.ts";

const limitMs = 60_000;

/** Runs a program in an empty folder. @returns what is wrong with it; `""` if it does what it says */
export async function run(program: Program): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), "executus-docs-"));
  try {
    const child = spawn(
      process.execPath,
      ["--conditions=@executus/source", "--no-warnings", program.file],
      { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: limitMs, killSignal: "SIGKILL" },
    );
    const [out, errors] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    const { exitCode, signalCode } = child;
    if (exitCode !== 0) return `It ends with ${exitCode ?? signalCode}.\n${errors}`;
    const promised = promisedBy(program);
    return promised === "" || promised === out ? "" : `It says\n${promised}and prints\n${out}`;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** What a program says that it prints. */
function promisedBy({ text: source }: Program): string {
  const calls = [
    ...source.matchAll(/^( *)(?:\S.*)?console\.log\((?:.*|[^]*?\n\1)\);(?: \/\/ (.*))?$/gm),
  ];
  return calls.map(([, , line]) => (line === undefined ? "" : `${line}\n`)).join("");
}
