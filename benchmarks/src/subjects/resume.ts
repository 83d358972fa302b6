import { execFile } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import type { RunStore } from "@executus/core";
import type { Benchmark, Row } from "../benchmark.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import type { Measured } from "../interleaved.ts";
import { freshFile } from "../places.ts";
import { chat } from "../programs.ts";
import { historyOf, readByHand } from "../read-by-hand.ts";
import { withServers } from "../servers.ts";

const execute = promisify(execFile);
const peakWorker = join(import.meta.dirname, "../peak-worker.ts");

/** Reading a whole run back, beside a hand-written read of the same rows and `JSON.parse`. */
export const resume: Benchmark = {
  name: "resume",
  title: "Reading a run of records of 2 KiB",
  async run({ rounds, quick }) {
    const counts = quick ? [10, 200, 2_000] : [10, 200, 2_000, 20_000];
    const rows: Row[] = [];
    const points: Record<"Executus" | "by hand", [number, number][]> = {
      Executus: [],
      "by hand": [],
    };
    for (const count of counts) {
      const file = freshFile();
      const db = new DatabaseSync(file);
      const measured = await compared(sqliteStore({ database: file }), () => readByHand(db), {
        count,
        rounds,
      });
      db.close();
      points.Executus.push([count, measured.of("ours").median]);
      points["by hand"].push([count, measured.of("floor").median]);
      rows.push(...rowsOf("SQLite", count, measured));
    }
    await withServers(async ({ name, open }) => {
      const count = quick ? 200 : 2_000;
      const { store, readByHand: recordsOf } = open();
      const measured = await compared(
        store,
        async () => {
          const { incarnation = "" } = (await store.getRun("chat")) ?? {};
          return historyOf(await Array.fromAsync(recordsOf(incarnation)));
        },
        { count, rounds: Math.min(rounds, 3) },
      );
      rows.push(...rowsOf(name, count, measured));
    });
    const peaks = await peakRows(rounds, quick ? 2_000 : 20_000);
    rows.push(...peaks);
    return {
      rows,
      charts: [
        {
          name: "resume-over-records",
          title: "Reading a whole run over the number of its records",
          x: { name: "records", logarithmic: true },
          y: { name: "ms", logarithmic: true },
          lines: Object.entries(points).map(([name, line]) => ({ name, points: line })),
        },
      ],
    };
  },
};

type Compared = Measured<"ours" | "floor">;

/** Runs a long run, and reads it whole both ways. */
async function compared(
  store: RunStore,
  byHand: () => unknown,
  { count, rounds }: { readonly count: number; readonly rounds: number },
): Promise<Compared> {
  await using executor = createExecutor({ store });
  await executor.run(chat, { id: "chat", input: { turns: count } });
  const again = Math.max(3, Math.floor(40_000 / count));
  const often = (work: () => unknown) => async () => {
    // The first after a collection of garbage, which has thrown optimised code away, are no measure of the others.
    for (let times = 0; times < again / 3; times += 1) await work();
    const took = await timeOf(async () => {
      for (let times = 0; times < again; times += 1) await work();
    });
    return took / again;
  };
  return await interleaved(
    { ours: often(() => executor.get("chat")), floor: often(byHand) },
    rounds,
  );
}

function rowsOf(name: string, count: number, measured: Compared): Row[] {
  const records = `${name}, ${count.toLocaleString("en")} records`;
  return [
    { what: `${records}, by hand`, unit: "ms", value: measured.of("floor") },
    {
      what: records,
      unit: "ms",
      value: measured.of("ours"),
      ratio: { to: "by hand", times: measured.ratio("ours", "floor") },
      ...(name === "SQLite" && count === 2_000 && { budget: { most: 1.3 } }),
    },
  ];
}

/** The most memory that a process had that read a run whole, in processes of their own. */
async function peakRows(rounds: number, count: number): Promise<Row[]> {
  const file = freshFile();
  {
    await using executor = createExecutor({ store: sqliteStore({ database: file }) });
    await executor.run(chat, { id: "chat", input: { turns: count } });
  }
  const peakOf = (how: string) => async () => {
    const args = ["--conditions=@executus/source", "--no-warnings", peakWorker, how, file];
    return Number((await execute(process.execPath, args)).stdout);
  };
  const measured = await interleaved(
    { ours: peakOf("executus"), floor: peakOf("by-hand") },
    Math.min(rounds, 3),
  );
  const what = `peak memory of a process that reads ${count.toLocaleString("en")} records`;
  return [
    { what: `${what}, by hand`, unit: "MiB", value: measured.of("floor") },
    {
      what,
      unit: "MiB",
      value: measured.of("ours"),
      ratio: { to: "by hand", times: measured.ratio("ours", "floor") },
    },
  ];
}
