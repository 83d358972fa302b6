import { memoryStore } from "@executus/adapter-memory";
import { createExecutor } from "@executus/core";
import { exactly } from "../benchmark.ts";
import type { Benchmark } from "../benchmark.ts";
import { fivePhases } from "../programs.ts";

/** What a worker keeps of runs that have ended. */
export const memory: Benchmark = {
  name: "memory",
  title: "The heap of a worker that has finished many runs",
  async run({ quick }) {
    const [few, many] = quick ? [1_000, 10_000] : [10_000, 100_000];
    const store = memoryStore();
    await using executor = createExecutor({ store });
    let finished = 0;
    const upTo = async (count: number): Promise<number> => {
      const work = async (): Promise<void> => {
        while (finished < count) {
          finished += 1;
          const id = `run-${finished}`;
          await executor.run(fivePhases, { id });
          // The store is not what is measured.
          await executor.delete(id);
        }
      };
      await Promise.all(Array.from({ length: 50 }, work));
      globalThis.gc?.();
      return process.memoryUsage().heapUsed / 1024 / 1024;
    };
    const [early, late] = [await upTo(few), await upTo(many)];
    return {
      rows: [
        { what: `after ${few.toLocaleString("en")} runs`, unit: "MiB", value: exactly(early) },
        {
          what: `after ${many.toLocaleString("en")} runs`,
          unit: "MiB",
          value: exactly(late),
          ratio: { to: `after ${few.toLocaleString("en")}`, times: exactly(late / early) },
          budget: { most: 1.1 },
        },
      ],
    };
  },
};
