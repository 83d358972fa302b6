import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor, defineRun } from "@executus/core";
import type { Benchmark, Row } from "../benchmark.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import { freshFile } from "../places.ts";

const interrupted = 100;

/** Waits in its first attempt until it is stopped. */
const waits = defineRun("waits", { version: "1" })
  .phase("first", () => "kept")
  .phase("second", ({ attempt, signal }) =>
    attempt > 1
      ? "done"
      : new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
  );

/** Resuming 100 interrupted runs at the start of a process, among few and many that have ended. */
export const recovery: Benchmark = {
  name: "recovery",
  title: `Recovery of ${interrupted} interrupted runs, on SQLite`,
  async run({ rounds, quick }) {
    const among = quick ? [0, 10_000] : [0, 10_000, 1_000_000];
    const subjects = Object.fromEntries(
      among.map((ended) => {
        const file = freshFile();
        return [`${ended}`, () => recover(file, ended)];
      }),
    );
    const measured = await interleaved(subjects, rounds);
    const rows = among.map((ended): Row => {
      const name = `${ended}`;
      return {
        what: `among ${ended.toLocaleString("en")} that have ended`,
        unit: "ms",
        value: measured.of(name),
        ...(ended > 0 && { ratio: { to: "among none", times: measured.ratio(name, "0") } }),
        ...(ended === 1_000_000 && { budget: { most: 1.5 } }),
      };
    });
    return {
      rows,
      charts: [
        {
          name: "recovery-over-runs",
          title: `Recovery of ${interrupted} runs over the number of ended ones (SQLite)`,
          x: { name: "ended runs" },
          y: { name: "ms" },
          lines: [
            {
              name: "SQLite",
              points: among.map((ended) => [ended, measured.of(`${ended}`).median] as const),
            },
          ],
        },
      ],
    };
  },
};

/** Interrupts runs, and recovers them. @returns how long recovery took, in ms */
async function recover(file: string, ended: number): Promise<number> {
  const store = sqliteStore({ database: file });
  await store.open();
  fill(file, ended);
  const first = createExecutor({ store, keepStore: true });
  const ids = Array.from({ length: interrupted }, () => crypto.randomUUID());
  const handles = await Promise.all(ids.map((id) => first.start(waits, { id })));
  for (const handle of handles) handle.result().catch(() => {});
  await first.shutdown({ graceMs: 0 });
  const second = createExecutor({ store, definitions: [waits], keepStore: true });
  const took = await timeOf(() => second.recover());
  await second.idle();
  await second[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  return took;
}

/** Puts rows of ended runs, once: they stay. */
function fill(file: string, ended: number): void {
  const db = new DatabaseSync(file);
  const found = db.prepare("select count(*) as n from runs where id like 'ended-%'").get();
  if (Number(found?.["n"]) < ended) {
    db.exec(`insert into runs (id, incarnation, queue, definition, version, status, code, generation, owner,
        due_at, created_at, updated_at)
      with recursive n (i) as (select 1 union all select i + 1 from n where i < ${ended})
      select 'ended-' || i, 'journal-' || i, 'default', 'waits', '1', 'completed', '', 1, '', 0, i, i from n`);
  }
  db.close();
}
