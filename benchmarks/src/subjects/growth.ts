import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { memoryStore } from "@executus/adapter-memory";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import type { JournalRecord, RunStore } from "@executus/core";
import { exactly, spreadOf } from "../benchmark.ts";
import type { Benchmark } from "../benchmark.ts";
import { freshFile } from "../places.ts";
import { chat, message } from "../programs.ts";
import { bytesOf, tapped } from "../tapped.ts";

/** When each save of a run was sent, and of how many bytes. */
interface Saves {
  readonly at: readonly number[];
  readonly bytes: readonly number[];
}

/** What a save takes, and how many bytes it sends, in the course of a long run. */
export const growth: Benchmark = {
  name: "growth",
  title: "The same save, early and late in a long run",
  async run({ rounds, quick }) {
    const last = quick ? 2_000 : 20_000;
    const marks = [20, 200, 2_000, 20_000].filter((mark) => mark <= last);
    const runs = { core: [] as Saves[], sqlite: [] as Saves[] };
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      runs.core.push(await longRun(memoryStore(), last));
      runs.sqlite.push(await longRun(sqliteStore({ database: freshFile() }), last));
    }
    const [first] = marks;
    const timeAt = (saves: Saves, mark: number): number => {
      // The median of as many saves as there are around the first mark, or around a tenth of the way.
      const half = Math.max(15, Math.floor(mark / 20));
      const gaps: number[] = [];
      for (let save = Math.max(1, mark - half); save < Math.min(last - 1, mark + half); save += 1) {
        gaps.push(((saves.at[save] ?? 0) - (saves.at[save - 1] ?? 0)) * 1_000);
      }
      return spreadOf(gaps).median;
    };
    const timesAt = (name: keyof typeof runs, mark: number) =>
      spreadOf(runs[name].map((saves) => timeAt(saves, mark)));
    const names = { core: "core alone", sqlite: "SQLite" } as const;
    const rows = (Object.keys(names) as (keyof typeof names)[]).flatMap((name) =>
      marks.map((mark) => ({
        what: `${names[name]}, save ${mark}`,
        unit: "µs",
        value: timesAt(name, mark),
        ...(mark === last && {
          ratio: {
            to: `save ${first}`,
            times: spreadOf(
              runs[name].map((saves) => timeAt(saves, mark) / timeAt(saves, first ?? 1)),
            ),
          },
          budget: { most: 1.2 },
        }),
      })),
    );
    const bytes = runs.core[0]?.bytes ?? [];
    const onDisk = await bytesOnDisk();
    return {
      rows: [
        ...rows,
        ...marks.map((mark) => ({
          what: `bytes of save ${mark}, ${newBytes()} of them new`,
          unit: "bytes",
          value: exactly(bytes[Math.min(mark, last - 1) - 1] ?? Number.NaN),
        })),
        {
          what: "400 turns of 2 KiB on disk, after a checkpoint of the log",
          unit: "KiB",
          value: exactly(onDisk / 1024),
          ratio: { to: "the raw transcript", times: exactly(onDisk / (400 * newBytes())) },
          budget: { most: 1.5 },
        },
      ],
      charts: [
        {
          name: "save-over-history",
          title: "Time of a save over the number of saves before it",
          x: { name: "saves before", logarithmic: true },
          y: { name: "µs" },
          lines: (Object.keys(names) as (keyof typeof names)[]).map((name) => ({
            name: names[name],
            points: curve(last).map((mark) => [mark, timesAt(name, mark).median] as const),
          })),
        },
        {
          name: "bytes-over-history",
          title: "Bytes that a save sends over the number of saves before it",
          x: { name: "saves before", logarithmic: true },
          y: { name: "bytes" },
          lines: [
            {
              name: "Executus",
              points: curve(last).map((mark) => [mark, bytes[mark - 1] ?? 0] as const),
            },
          ],
        },
      ],
    };
  },
};

/** Some numbers on the way to the last, evenly spread over their logarithms. */
function curve(last: number): number[] {
  const marks = Array.from({ length: 25 }, (_, i) => Math.round(20 * (last / 20) ** (i / 24)));
  return marks.map((mark) => Math.min(mark, last - 1));
}

/** Bytes of what a turn appends, as JSON. */
function newBytes(): number {
  return Buffer.byteLength(JSON.stringify([message, message]));
}

async function longRun(store: RunStore, turns: number): Promise<Saves> {
  const at: number[] = [];
  const bytes: number[] = [];
  const watched = tapped(store, (verb, [, record]) => {
    if (verb !== "append" || (record as JournalRecord).type !== "save") return;
    at.push(performance.now());
    bytes.push(bytesOf(record as JournalRecord));
  });
  await using executor = createExecutor({ store: watched });
  // Early saves are to be compared, not code that is still cold.
  await executor.run(chat, { input: { turns: 2_000 } });
  for (const list of [at, bytes]) list.length = 0;
  await executor.run(chat, { input: { turns } });
  return { at, bytes };
}

async function bytesOnDisk(): Promise<number> {
  const file = freshFile();
  {
    await using executor = createExecutor({ store: sqliteStore({ database: file }) });
    await executor.run(chat, { input: { turns: 400 } });
  }
  const db = new DatabaseSync(file);
  db.exec("pragma wal_checkpoint(truncate)");
  db.close();
  return statSync(file).size;
}
