// A program: kills processes that work on one kind of store, as often as it is told to.
import { parseArgs } from "node:util";
import { killMatrix } from "./kill-matrix.ts";
import { freshSeed } from "./random.ts";
import { startOf } from "./servers.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite" },
    kills: { type: "string", default: "200" },
    seed: { type: "string" },
  },
});

const seed = Number(values.seed ?? freshSeed());
console.log(`--store ${values.store} --kills ${values.kills} --seed ${seed}`);
await using server = await startOf(values.store);
const began = performance.now();
const report = await killMatrix({
  open: server.open,
  kills: Number(values.kills),
  seed,
  killsPerPlace: 5,
  report: (line) => console.log(line),
});
const seconds = Math.round((performance.now() - began) / 1000);
console.log(
  `${server.name}: ${report.kills} kills survived in ${seconds} s, ${report.lastOnes} of them of the last process alive. ` +
    `${report.records} records were acknowledged and are there; ${report.runs} runs ended once with the right output, ` +
    `${report.recovered} of them after a kill. Seed ${seed}.`,
);
