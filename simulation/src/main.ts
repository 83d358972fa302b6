import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { minimise } from "./minimise.ts";
import { play } from "./play.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    processes: { type: "string", default: String(availableParallelism()) },
    trace: { type: "boolean", default: false },
    worker: { type: "boolean", default: false },
  },
});
const first = wholeNumber("seed", values.seed, 0);
const count = wholeNumber("seeds", values.seeds, 1);
const processes = Math.min(wholeNumber("processes", values.processes, 1), count);

if (values.trace) {
  const { trace, violation } = await play({ seed: first, traced: true });
  console.log(trace.join("\n"));
  if (violation !== undefined) process.exitCode = 1;
} else if (values.worker || processes === 1) {
  if (await runSeeds()) process.exitCode = 1;
} else {
  const share = Math.ceil(count / processes);
  const startedAt = performance.now();
  const codes = await Promise.all(
    Array.from({ length: processes }, (_, index) =>
      runWorker(first + index * share, Math.min(share, count - index * share)),
    ),
  );
  const failed = codes.some((code) => code !== 0);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${count} seeds in ${seconds} s: ${failed ? "see above" : "no violation"}.`);
  if (failed) process.exitCode = 1;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(
    `Expected --${name} to be a whole number of at least ${least}, got "${text}".`,
  );
}

/** @returns the exit code */
function runWorker(from: number, seeds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    if (seeds <= 0) return resolve(0);
    const worker = fork(import.meta.filename, [
      "--worker",
      `--seed=${from}`,
      `--seeds=${seeds}`,
      "--processes=1",
    ]);
    worker.once("error", reject);
    worker.once("exit", (code) => resolve(code ?? 1));
  });
}

/** @returns whether any seed has failed */
async function runSeeds(): Promise<boolean> {
  const failed: number[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const { violation } = await play({ seed });
    if (violation === undefined) continue;
    failed.push(seed);
    if (failed.length > 5) console.log(`Seed ${seed}: ${violation.message}`);
    else await tellOf(seed);
  }
  const last = first + count - 1;
  console.log(
    failed.length === 0
      ? `Seeds ${first} to ${last}: no violation.`
      : `Seeds ${first} to ${last}: ${failed.length} failed: ${failed.slice(0, 50).join(" ")}`,
  );
  return failed.length > 0;
}

async function tellOf(seed: number): Promise<void> {
  const { cut, played } = await minimise({ seed });
  console.log(`Seed ${seed}, with what it takes of its operations and faults:`);
  console.log(played.trace.join("\n"));
  console.log(
    `\nSeed ${seed}: ${played.violation?.message ?? "not seen again"}\n` +
      `(${played.operations - (cut.withoutOperations?.size ?? 0)} operations, ${played.faults.length} faults. ` +
      `The whole of it: npm run simulate -- --seed ${seed} --trace)\n`,
  );
}
