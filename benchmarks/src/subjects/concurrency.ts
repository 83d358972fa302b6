import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import type { Benchmark, Row } from "../benchmark.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import { freshFile } from "../places.ts";
import { chat, fivePhases } from "../programs.ts";

/** Many runs at once in one process, on SQLite. */
export const concurrency: Benchmark = {
  name: "concurrency",
  title: "Many runs at once in one process, on SQLite",
  async run({ rounds, quick }) {
    const counts = quick ? [1, 10, 100] : [1, 10, 100, 1_000];
    const records = quick ? 200 : 4_000;
    const subjects = Object.fromEntries(
      counts.map((count) => [`${count}`, () => recordsPerSecond(count, records)]),
    );
    const measured = await interleaved(subjects, rounds);
    const rows = counts.map((count): Row => {
      const name = `${count}`;
      return {
        what: `${count} at once`,
        unit: "records/s",
        value: measured.of(name),
        ...(count > 1 && { ratio: { to: "one", times: measured.ratio(name, "1") } }),
        ...(count === 100 && { budget: { least: 6 } }),
      };
    });
    const phases = await interleaved({ runs: () => runsPerSecond(quick ? 50 : 500) }, rounds);
    return {
      rows: [
        ...rows,
        {
          what: "runs of five empty phases, 100 at once",
          unit: "runs/s",
          value: phases.of("runs"),
        },
      ],
      charts: [
        {
          name: "records-over-runs",
          title: "Records of 2 KiB saved per second over the number of concurrent runs (SQLite)",
          x: { name: "concurrent runs", logarithmic: true },
          y: { name: "records/s" },
          lines: [
            {
              name: "SQLite",
              points: counts.map((count) => [count, measured.of(`${count}`).median] as const),
            },
          ],
        },
      ],
    };
  },
};

async function recordsPerSecond(runs: number, records: number): Promise<number> {
  const store = sqliteStore({ database: freshFile() });
  await using executor = createExecutor({ store });
  await store.open();
  // Enough of them that beginnings and ends do not count for much.
  const turns = Math.max(20, Math.round(records / runs));
  const runAll = () =>
    Promise.all(Array.from({ length: runs }, () => executor.run(chat, { input: { turns } })));
  await runAll();
  return (runs * turns * 1_000) / (await timeOf(runAll));
}

async function runsPerSecond(count: number): Promise<number> {
  const store = sqliteStore({ database: freshFile() });
  await using executor = createExecutor({ store });
  await store.open();
  let left = count;
  const took = await timeOf(() =>
    Promise.all(
      Array.from({ length: 100 }, async () => {
        for (; left > 0; left -= 1) await executor.run(fivePhases);
      }),
    ),
  );
  return (count * 1_000) / took;
}
