import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { WorkerTask } from "./programs/worker.ts";

const program = fileURLToPath(new URL("programs/worker.ts", import.meta.url));

/** A worker process, and what it has told so far. */
export interface Worker extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly told: readonly Readonly<Record<string, unknown>>[];
  /** Resolves when it has ended by itself, with what it told. */
  ended(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Resolves with its next message. */
  next(): Promise<Readonly<Record<string, unknown>>>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export function startWorker(task: WorkerTask): Worker {
  const child = spawn(
    process.execPath,
    ["--conditions=@executus/source", "--no-warnings", program, JSON.stringify(task)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const told: Readonly<Record<string, unknown>>[] = [];
  const waiting: ((message: Readonly<Record<string, unknown>>) => void)[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const message = JSON.parse(line) as Readonly<Record<string, unknown>>;
    told.push(message);
    waiting.shift()?.(message);
  });
  const exited = once(child, "close");
  return {
    child,
    told,
    ended: async () => {
      await exited;
      return told;
    },
    next: () => new Promise((resolve) => waiting.push(resolve)),
    kill: async (signal) => {
      child.kill(signal);
      if (signal === "SIGKILL") await exited;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGCONT");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
