import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import type { Benchmark, Row } from "../benchmark.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import { freshFile } from "../places.ts";
import { chat } from "../programs.ts";

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
      await using executor = createExecutor({ store: sqliteStore({ database: file }) });
      await executor.run(chat, { id: "chat", input: { turns: count } });
      const db = new DatabaseSync(file);
      const again = Math.max(3, Math.floor(20_000 / count));
      const often = (work: () => unknown) => async () => {
        // The first after a collection of garbage, which has thrown optimised code away, is no measure of the others.
        await work();
        const took = await timeOf(async () => {
          for (let times = 0; times < again; times += 1) await work();
        });
        return took / again;
      };
      const measured = await interleaved(
        { ours: often(() => executor.get("chat")), floor: often(() => readByHand(db)) },
        rounds,
      );
      db.close();
      points.Executus.push([count, measured.of("ours").median]);
      points["by hand"].push([count, measured.of("floor").median]);
      rows.push(
        { what: `${count} records, by hand`, unit: "ms", value: measured.of("floor") },
        {
          what: `${count} records`,
          unit: "ms",
          value: measured.of("ours"),
          ratio: { to: "by hand", times: measured.ratio("ours", "floor") },
          ...(count === 2_000 && { budget: { most: 1.3 } }),
        },
      );
    }
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

/** The same rows, whole, and the same transcript. */
function readByHand(db: DatabaseSync): unknown[] {
  const run = db.prepare("select * from runs where id = 'chat'").get();
  const records = db
    .prepare("select * from records where journal = ? order by seq")
    .all(run?.["incarnation"] ?? null);
  const history: unknown[] = [];
  for (const { data } of records) {
    const text = String(data);
    const payload = JSON.parse(text.slice(text.indexOf("\n") + 1) || "{}") as Payload;
    if (payload.messages !== undefined) history.push(...payload.messages);
  }
  return history;
}

interface Payload {
  readonly messages?: readonly unknown[];
}
