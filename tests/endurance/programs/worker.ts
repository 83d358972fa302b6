// Runs one run after the other, and goes on with those of others that died, until it is told to stop or is killed.
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { createExecutor, isExecutusError } from "@executus/core";
import type { RunHandle } from "@executus/core";
import { storeOf } from "example-stores";
import { acknowledgementLog, acknowledging } from "../acknowledgements.ts";
import { quietLogger } from "../quiet-logger.ts";
import { definitionOf, definitions, maxRecordBytes } from "../work.ts";

/** What the parent asks of this process. */
export interface WorkerTask {
  /** The address of its store. */
  readonly store: string;
  /** The beginning of the ids of its runs. */
  readonly name: string;
  /** The file for what is acknowledged to it. */
  readonly log: string;
  /** Runs that it begins and ends at once. */
  readonly concurrent: number;
  readonly leaseMs: number;
  /** How long a phase takes, at the most. */
  readonly upToMs: number;
}

const task = JSON.parse(process.argv[2] ?? "") as WorkerTask;
using log = acknowledgementLog(task.log);
const store = acknowledging(await storeOf(task.store), log, maxRecordBytes);

// Its parent holds the other end: a worker does not outlive it.
const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(1));
const told = lines[Symbol.asyncIterator]();
process.stdout.write("ready\n");
await told.next();

await using executor = createExecutor({
  store,
  definitions,
  leaseMs: task.leaseMs,
  pollMs: 500,
  recovery: { everyMs: 1000 },
  durability: "required",
  logger: quietLogger,
  // It is killed more often than any run deserves.
  maxFailedAttempts: 100_000,
  maxFailedAttemptsWithoutProgress: 100_000,
});

let isStopping = false;
let begun = 0;

/** Begins a run, again and again until it is known to be accepted, and waits for its end. */
async function runOne(): Promise<void> {
  const n = begun;
  begun += 1;
  const id = `${task.name}/${n}`;
  const handle = await accepted(n, id);
  if (handle === undefined) return;
  log.write({ kind: "accepted", id });
  try {
    log.write({ kind: "output", id, output: await handle.result() });
  } catch (error) {
    // Its parent makes the store fail and this process lose its runs; and it removes those that have ended.
    if (!isStopping && !isExpected(error)) throw error;
  }
}

async function accepted(n: number, id: string): Promise<RunHandle<string> | undefined> {
  const input = { n, upToMs: task.upToMs };
  while (!isStopping) {
    try {
      return await executor.start(definitionOf(n), { id, input });
    } catch (error) {
      if (!isStopping && !isExpected(error)) throw error;
      await sleep(50);
    }
  }
  return undefined;
}

function isExpected(error: unknown): boolean {
  return isExecutusError(error) && (error.retryable || error.code === "EXECUTUS_RUN_NOT_FOUND");
}

const lanes = Array.from({ length: task.concurrent }, async () => {
  while (!isStopping) await runOne();
});

await Promise.race([told.next(), Promise.all(lanes)]);
isStopping = true;
await executor.shutdown({ graceMs: 0 });
await Promise.all(lanes);
lines.removeAllListeners("close");
lines.close();
process.stdin.destroy();
