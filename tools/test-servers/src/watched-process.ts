import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A process that does not outlive this one. */
export interface WatchedProcess {
  readonly running: boolean;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

export interface WatchedProcessOptions {
  /** Where it runs. Removed with it, if this process dies. */
  readonly folder: string;
  /** The file that gets what it prints. */
  readonly log: string;
}

/** What the watchdog tells. */
interface ServerStarted {
  readonly pid: number;
}

const watchdog = fileURLToPath(new URL("watchdog.ts", import.meta.url));

/** Starts a program under a watchdog, which kills it when this process is gone. */
export async function startWatched(
  [command, ...args]: readonly [command: string, ...args: string[]],
  { folder, log }: WatchedProcessOptions,
): Promise<WatchedProcess> {
  const output = openSync(log, "a");
  const child = fork(watchdog, [folder, command, ...args], {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", output, output, "ipc"],
    // Out of the reach of Ctrl-C, which would end it before its server.
    detached: true,
  });
  closeSync(output);
  const ended = once(child, "exit");
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const [message] = (await Promise.race([once(child, "message"), ended])) as unknown[];
  const signal = (name: NodeJS.Signals): void => {
    // The watchdog ends with the server: as long as it runs, the number is the server's.
    if (isRunning()) sendSignal((message as ServerStarted).pid, name);
  };

  return {
    get running() {
      return isRunning();
    },
    signal,
    kill: async () => {
      signal("SIGKILL");
      await ended;
    },
  };
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has just ended, and its watchdog is about to.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
