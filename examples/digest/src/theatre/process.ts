import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { JobOrder, Telling } from "./messages.ts";

/** The job in a process of its own. */
export interface JobProcess {
  readonly pid: number;
  /** Ends it at once: it has no say in this, and no time to put anything in order. */
  kill(): void;
  /** How it ended, when all that it told has been heard. */
  readonly ended: Promise<{ readonly how: string; readonly errors: string }>;
}

const program = join(import.meta.dirname, "job.ts");
const flags = ["--conditions=@executus/source", "--disable-warning=ExperimentalWarning"];

/** Starts the job. It ends with this process at the latest, and before anything else that is done at its exit. */
export function startJob(order: JobOrder, hear: (telling: Telling) => void): JobProcess {
  const child = fork(program, [JSON.stringify(order)], {
    execArgv: flags,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.prependOnceListener("exit", kill);
  child.on("message", (message) => hear(message as Telling));
  const ended = endOf(child).finally(() => process.off("exit", kill));
  return { pid: child.pid ?? 0, kill, ended };
}

async function endOf(child: ChildProcess): Promise<{ how: string; errors: string }> {
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  const [[code, signal]] = await Promise.all([once(child, "close"), once(child, "disconnect")]);
  return { how: signal === null ? `exit code ${code}` : String(signal), errors: errors.trim() };
}
