import { memoryStore } from "@executus/adapter-memory";
import { sqliteStore } from "@executus/adapter-sqlite";
import type { RunStore } from "@executus/core";
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
    // By itself: code that has met several stores is slower than a process that uses one of them.
    const alone = await interleaved(
      {
        core: async () =>
          (await perTurn(keepingNothing(), turns * 20)) - (await perTurn(undefined, turns * 20)),
      },
      rounds,
    );
    const measured = await interleaved(
      {
        memory: () => perTurn(memoryStore(), turns * 20),
        sqlite: () => perTurn(sqliteStore({ database: freshFile() }), turns),
        floor: async () => {
          // A new file, as the other has: the log of an old one need not grow, which is cheaper.
          const floor = sqliteFloor(freshFile());
          floor.save(turns, data);
          const took = await timeOf(() => floor.save(turns, data));
          floor.close();
          return (took * 1_000) / turns;
        },
      },
      rounds,
    );
    const rows: Row[] = [
      {
        what: "core alone: a turn over a store that keeps nothing, less one without a store",
        unit: "µs",
        value: alone.of("core"),
        budget: { most: 15 },
      },
      { what: "memory store, a turn", unit: "µs", value: measured.of("memory") },
      { what: "SQLite, a prepared insert by hand", unit: "µs", value: measured.of("floor") },
      {
        what: "SQLite, a turn",
        unit: "µs",
        value: measured.of("sqlite"),
        ratio: { to: "the insert by hand", times: measured.ratio("sqlite", "floor") },
        budget: { most: 1.15 },
      },
    ];
    return { rows: [...rows, ...(await databaseRows({ rounds, quick }))] };
  },
};

const done = (): Promise<boolean> => Promise.resolve(true);

/** The least that a store can be: what is left is the core's. */
function keepingNothing(): RunStore {
  return { ...memoryStore(), append: done, insertRun: done, updateRun: done };
}
