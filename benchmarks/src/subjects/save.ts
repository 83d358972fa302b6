import { memoryStore } from "@executus/adapter-memory";
import { sqliteStore } from "@executus/adapter-sqlite";
import type { Benchmark, Row } from "../benchmark.ts";
import { sqliteFloor } from "../floor-sqlite.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import { freshFile } from "../places.ts";
import { message } from "../programs.ts";
import { perTurn } from "../turns.ts";
import { databaseRows } from "./save-databases.ts";

/** A save of 2 KiB: the core alone, and each store beside the same insert by hand. */
export const save: Benchmark = {
  name: "save",
  title: "A save of 2 KiB",
  async run({ rounds, quick }) {
    const turns = quick ? 50 : 500;
    const data = JSON.stringify({ messages: [message, message], turns });
    const measured = await interleaved(
      {
        core: () => perTurn(memoryStore(), turns * 4),
        sqlite: () => perTurn(sqliteStore({ database: freshFile() }), turns),
        floor: async () => {
          // A new file, as the other has: the log of an old one need not grow, which is cheaper.
          const floor = sqliteFloor(freshFile());
          const took = await timeOf(() => floor.save(turns, data));
          floor.close();
          return (took * 1_000) / turns;
        },
      },
      rounds,
    );
    const rows: Row[] = [
      {
        what: "core alone, over the memory store",
        unit: "µs",
        value: measured.of("core"),
        budget: { most: 15 },
      },
      { what: "SQLite, a prepared insert by hand", unit: "µs", value: measured.of("floor") },
      {
        what: "SQLite, a save",
        unit: "µs",
        value: measured.of("sqlite"),
        ratio: { to: "the insert by hand", times: measured.ratio("sqlite", "floor") },
        budget: { most: 1.15 },
      },
    ];
    return { rows: [...rows, ...(await databaseRows({ rounds, quick }))] };
  },
};
