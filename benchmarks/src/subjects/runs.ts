import { memoryStore } from "@executus/adapter-memory";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import type { RunStore } from "@executus/core";
import { exactly } from "../benchmark.ts";
import type { Benchmark, Row } from "../benchmark.ts";
import { interleaved, timeOf } from "../interleaved.ts";
import { freshFile } from "../places.ts";
import { fivePhases } from "../programs.ts";
import { withServers } from "../servers.ts";
import { tapped } from "../tapped.ts";

/** A short run from its begin to its end, one after the other, on each store. */
export const runs: Benchmark = {
  name: "runs",
  title: "A run of five empty phases, from begin to complete",
  async run({ rounds, quick }) {
    const count = quick ? 10 : 100;
    const files = await interleaved(
      {
        memory: () => perRun(memoryStore(), count),
        SQLite: () => perRun(sqliteStore({ database: freshFile() }), count),
      },
      rounds,
    );
    const rows: Row[] = [
      { what: "memory", unit: "ms", value: files.of("memory") },
      { what: "SQLite", unit: "ms", value: files.of("SQLite") },
    ];
    await withServers(async ({ name, open }) => {
      const server = await interleaved({ run: () => perRun(open().store, count) }, rounds);
      rows.push({ what: name, unit: "ms", value: server.of("run") });
    });
    const calls = await callsOfARun();
    return { rows: [...rows, { what: "store calls", unit: "calls", value: exactly(calls) }] };
  },
};

async function perRun(store: RunStore, count: number): Promise<number> {
  await using executor = createExecutor({ store });
  await executor.run(fivePhases);
  const took = await timeOf(async () => {
    for (let run = 0; run < count; run += 1) await executor.run(fivePhases);
  });
  return took / count;
}

async function callsOfARun(): Promise<number> {
  let calls = 0;
  const store = tapped(memoryStore(), (verb) => {
    if (verb !== "open") calls += 1;
  });
  const executor = createExecutor({ store, keepStore: true });
  await executor.run(fivePhases);
  await executor[Symbol.asyncDispose]();
  return calls;
}
