import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** What it has printed, line by line. */
  readonly lines: readonly string[];
  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has printed this line. */
  printed(line: string): Promise<void>;
  /** Resolves when it is gone, with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts the program as an operator does. It is gone with the test at the latest. */
export async function startServer(
  database: string,
  settings: Readonly<Record<string, string | number>> = {},
): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [
      "--conditions=@executus/source",
      "--disable-warning=ExperimentalWarning",
      join(import.meta.dirname, "../src/main.ts"),
    ],
    {
      // What waits for a while in earnest is quick here.
      env: {
        ...process.env,
        PORT: "0",
        STORE: `sqlite:${database}`,
        PAUSE_MS: "1",
        LEASE_MS: "2000",
        POLL_MS: "50",
        RECOVER_EVERY_MS: "100",
        ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, `${value}`])),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  const readers = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const reader of readers) reader();
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);

  const find = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined) resolve(found);
      };
      readers.add(look);
      look();
      void ended.then((how) =>
        reject(new Error(`It ended (${how}) before it printed ${pattern}. ${errors}`)),
      );
    });
  const listening = await find(/ listens on /);
  return {
    url: listening.replace(/^.* /, ""),
    lines,
    kill: (signal) => void child.kill(signal),
    printed: async (line) => void (await find(new RegExp(`^${line}$`))),
    ended,
  };
}
