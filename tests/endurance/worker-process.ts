import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { WorkerTask } from "./programs/worker.ts";

const program = fileURLToPath(new URL("programs/worker.ts", import.meta.url));

/** A process that works on runs. */
export interface WorkerProcess {
  readonly task: WorkerTask;
  /** Resolves when it has loaded all that it needs, and waits. */
  readonly ready: Promise<unknown>;
  readonly isRunning: boolean;
  /** Lets it begin. */
  go(): void;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Kills it, and resolves when it is gone. @throws if it ended before, by itself */
  kill(): Promise<void>;
  /** Has it hand on its runs and end. @throws if it does not end well */
  stop(): Promise<void>;
  /** Kills it, whatever has become of it. */
  discard(): Promise<void>;
}

export function startWorkerProcess(task: WorkerTask): WorkerProcess {
  const child = spawn(
    process.execPath,
    ["--conditions=@executus/source", "--no-warnings", program, JSON.stringify(task)],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  // It may be gone when it is written to.
  child.stdin.on("error", () => {});
  const errors = text(child.stderr);
  const exited = once(child, "exit");
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const check = async (isAsWanted: () => boolean): Promise<void> => {
    await exited;
    if (isAsWanted()) return;
    const how = child.signalCode ?? child.exitCode;
    throw new Error(`The worker "${task.name}" ended with "${how}".\n${await errors}`);
  };

  return {
    task,
    ready: Promise.race([once(child.stdout, "data"), exited.then(() => check(() => false))]),
    get isRunning() {
      return isRunning();
    },
    go: () => void child.stdin.write("go\n"),
    signal: (name) => void child.kill(name),
    kill: async () => {
      child.kill("SIGKILL");
      await check(() => child.signalCode === "SIGKILL");
    },
    stop: async () => {
      child.stdin.write("stop\n");
      await check(() => child.exitCode === 0);
    },
    discard: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
