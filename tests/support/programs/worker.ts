import { createExecutor, isExecutusError, systemRuntime } from "@executus/core";
import type { Runtime } from "@executus/core";
import { storeOf } from "example-stores";
import { steps } from "./definitions.ts";
import type { StepsInput } from "./definitions.ts";

/** What the parent asks of this process. */
export interface WorkerTask {
  /** The address of its store. */
  readonly store: string;
  readonly leaseMs: number;
  readonly pollMs?: number;
  /** As if this process ran on another machine. */
  readonly otherMachine?: boolean;
  readonly ifActive?: "wait" | "reject";
  /** Runs to call for. */
  readonly runs?: readonly { readonly id: string; readonly input: StepsInput }[];
  /** Sweeps until there is nothing left. */
  readonly sweepUntilDone?: boolean;
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

// Its parent holds the other end: a worker does not outlive it.
process.stdin.on("end", () => process.exit(1)).resume();
process.stdin.unref();

const task = JSON.parse(process.argv[2] ?? "") as WorkerTask;
const elsewhere = `elsewhere${process.pid}:${process.pid}:1`;
const runtime: Runtime = task.otherMachine
  ? { ...systemRuntime, host: { name: elsewhere, isGone: () => false } }
  : systemRuntime;

await using executor = createExecutor({
  store: await storeOf(task.store),
  definitions: [steps],
  leaseMs: task.leaseMs,
  pollMs: task.pollMs ?? 50,
  // On a busy machine a short lease may be missed more than once.
  maxFailedAttemptsWithoutProgress: 100,
  runtime,
});

const called = (task.runs ?? []).map(async ({ id, input }) => {
  try {
    tell({ id, output: await executor.run(steps, { id, input, ifActive: task.ifActive }) });
  } catch (error) {
    tell({ id, code: isExecutusError(error) ? error.code : String(error) });
  }
});

if (task.sweepUntilDone === true) {
  for (let left = 1; left > 0;) {
    const { resumed } = await executor.recover();
    if (resumed.length > 0) tell({ resumed });
    await executor.idle();
    left = (await executor.list({ status: "active" })).runs.length;
  }
}
await Promise.all(called);
process.stdin.destroy();
