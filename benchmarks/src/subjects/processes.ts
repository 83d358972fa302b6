import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { sqliteStore } from "@executus/adapter-sqlite";
import type { Benchmark, Row } from "../benchmark.ts";
import { interleaved } from "../interleaved.ts";
import { freshFile } from "../places.ts";

const worker = join(import.meta.dirname, "../record-worker.ts");

/** Several processes that save in one SQLite file, each with ten runs at once. */
export const processes: Benchmark = {
  name: "processes",
  title: "Several processes on one SQLite file, each with 10 runs at once",
  async run({ rounds, quick }) {
    const counts = [1, 2, 4];
    const turns = quick ? 20 : 200;
    const measured = await interleaved(
      Object.fromEntries(counts.map((count) => [`${count}`, () => recordsPerSecond(count, turns)])),
      Math.min(rounds, 5),
    );
    return {
      rows: counts.map((count): Row => ({
        what: count === 1 ? "one process" : `${count} processes`,
        unit: "records/s",
        value: measured.of(`${count}`),
        ...(count > 1 && { ratio: { to: "one", times: measured.ratio(`${count}`, "1") } }),
      })),
    };
  },
};

/** From the moment at which all of them are ready until the last one is done. */
async function recordsPerSecond(count: number, turns: number): Promise<number> {
  const file = freshFile();
  {
    await using store = sqliteStore({ database: file });
    await store.open();
  }
  const workers = Array.from({ length: count }, () => {
    const args = ["--conditions=@executus/source", "--no-warnings", worker, file, `${turns}`];
    return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  });
  const ended = workers.map((child) => once(child, "close"));
  await Promise.all(workers.map(({ stdout }) => once(stdout, "data")));
  const start = performance.now();
  for (const { stdin } of workers) stdin.end("go");
  const codes = await Promise.all(ended);
  if (codes.some(([code]) => code !== 0)) throw new Error("A worker did not come to its end.");
  return (count * 10 * turns * 1_000) / (performance.now() - start);
}
