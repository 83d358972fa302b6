// A program: has many processes work on one store, and disturbs them for as long as it is told to.
import { parseArgs } from "node:util";
import { freshSeed } from "./random.ts";
import { startOf } from "./servers.ts";
import { soak } from "./soak-run.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite" },
    minutes: { type: "string", default: "5" },
    processes: { type: "string", default: "3" },
    runs: { type: "string", default: "30" },
    seed: { type: "string" },
  },
});

const seed = Number(values.seed ?? freshSeed());
console.log(`--store ${values.store} --minutes ${values.minutes} --seed ${seed}`);
await using places = await startOf(values.store);
using place = places.open();
const report = await soak({
  place,
  server: places.server,
  forMs: Number(values.minutes) * 60_000,
  processes: Number(values.processes),
  runs: Number(values.runs),
  seed,
  report: (line) => console.log(line),
});
console.log(
  `${places.name}: ${report.ended} runs ended once with the right output, ${report.recovered} of them in more than one attempt, ` +
    `through ${report.kills} kills, ${report.pauses} pauses and ${report.restarts} restarts of the server. ` +
    `${report.records} records were acknowledged, and none was missing. Seed ${seed}.`,
);
