// A program: runs many runs at once in this process, and tells how long the event loop was held up, and what stays in memory.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { createExecutor } from "@executus/core";
import type { Executor } from "@executus/core";
import { startOf } from "./servers.ts";
import { definitionOf, expectedOf } from "./work.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite" },
    runs: { type: "string", default: "1000" },
    /** Runs after which memory is looked at, and again after ten times as many; 0: not at all. */
    heap: { type: "string", default: "0" },
  },
});

const milliseconds = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(1)} ms`;

async function runAll(executor: Executor, name: string, count: number): Promise<void> {
  const running = Array.from({ length: count }, async (_, n) => {
    const input = { n, upToMs: 50 };
    const output = await executor.run(definitionOf(n), { id: `${name}/${n}`, input });
    if (output !== expectedOf(input).output) throw new Error(`The run "${name}/${n}" is wrong.`);
  });
  await Promise.all(running);
}

async function heapAfter(executor: Executor, name: string, count: number): Promise<number> {
  for (let done = 0; done < count; done += 50) await runAll(executor, `${name}/${done}`, 50);
  // Twice: what the first one finalises, the second one frees.
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

await using places = await startOf(values.store);
using place = places.open();
await using executor = createExecutor({ store: place.open(), leaseMs: 60_000 });
const runs = Number(values.runs);
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const began = performance.now();
await runAll(executor, "at once", runs);
const seconds = (performance.now() - began) / 1000;
delay.disable();
console.log(
  `${places.name}: ${runs} runs at once ended in ${seconds.toFixed(1)} s. The event loop's delay: median ` +
    `${milliseconds(delay.percentile(50))}, 99 of 100 below ${milliseconds(delay.percentile(99))}, longest ${milliseconds(delay.max)}.`,
);

const heap = Number(values.heap);
if (heap > 0) {
  const first = await heapAfter(executor, "first", heap);
  const last = await heapAfter(executor, "last", heap * 9);
  console.log(
    `Heap after ${heap} more runs: ${first.toFixed(1)} MiB; after ${heap * 10}: ${last.toFixed(1)} MiB.`,
  );
}
