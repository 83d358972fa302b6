/** Measures: all benchmarks, or those that are named. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Benchmark, Report } from "./benchmark.ts";
import { machine } from "./machine.ts";
import { pictureOf } from "./picture.ts";
import { concurrency } from "./subjects/concurrency.ts";
import { growth } from "./subjects/growth.ts";
import { install } from "./subjects/install.ts";
import { memory } from "./subjects/memory.ts";
import { processes } from "./subjects/processes.ts";
import { recovery } from "./subjects/recovery.ts";
import { resume } from "./subjects/resume.ts";
import { runs } from "./subjects/runs.ts";
import { save } from "./subjects/save.ts";
import { startUp } from "./subjects/start-up.ts";
import { tableOf } from "./table.ts";

const benchmarks: readonly Benchmark[] = [
  save,
  growth,
  resume,
  runs,
  concurrency,
  processes,
  recovery,
  startUp,
  install,
  memory,
];
const names = benchmarks.map(({ name }) => name).join(", ");
const usage = `npm run bench -- [names] [--rounds N] [--quick] [--json FILE] [--plots FOLDER]\nNames: ${names}`;

const here = process.env["INIT_CWD"] ?? process.cwd();

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "7" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      plots: { type: "string" },
    },
  });
  const unknown = positionals.find((name) => !benchmarks.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`There is no benchmark "${unknown}".`);
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error("--rounds must be 1 or more.");

  console.log(`${machine()}\n`);
  const reports: Record<string, Report> = {};
  for (const benchmark of benchmarks) {
    if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
    const report = await benchmark.run({ rounds, quick: values.quick });
    reports[benchmark.name] = report;
    console.log(tableOf(benchmark, report));
    if (values.plots !== undefined) draw(report, resolve(here, values.plots));
  }
  if (values.json !== undefined) {
    const all = { machine: machine(), rounds, quick: values.quick, reports };
    writeFileSync(resolve(here, values.json), `${JSON.stringify(all, undefined, 2)}\n`);
  }
} catch (error) {
  console.error(
    error instanceof Error && !error.stack?.includes("subjects")
      ? `${error.message}\n${usage}`
      : error,
  );
  process.exitCode = 1;
}

function draw({ charts = [] }: Report, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const chart of charts) writeFileSync(join(folder, `${chart.name}.svg`), pictureOf(chart));
}
