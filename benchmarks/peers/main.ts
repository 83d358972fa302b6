/** Runs the same programs with each system, several times in turns, each in a process of its own, and compares. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { spreadOf } from "../src/benchmark.ts";
import type { Report } from "../src/benchmark.ts";
import { machine } from "../src/machine.ts";
import { pictureOf } from "../src/picture.ts";
import { install } from "../src/subjects/install.ts";
import { tableOf } from "../src/table.ts";
import { takeRounds } from "./rounds.ts";
import { chartOf, compared, timeNear, transactionRows } from "./rows.ts";
import { openVenue } from "./venue.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    turns: { type: "string", default: "400" },
    runs: { type: "string", default: "100" },
    json: { type: "string" },
    plots: { type: "string" },
  },
});
const [rounds, turns, runs] = [Number(values.rounds), Number(values.turns), Number(values.runs)];
const here = process.env["INIT_CWD"] ?? process.cwd();

const notes = `\
full, on: what is acknowledged survives a power cut.
normal, off: it survives that the program is killed, but not a power cut; nor, with off, a crash of the database server.
Executus has no store on PostgreSQL: it is on SQLite. What PostgreSQL costs without an SDK is in the rows of the insert by hand.
Absurd, and OpenWorkflow for the phases, are told to look for work at once. By default they wait: 0.25 s, and 0.1 to 1 s.`;

// An end by exit removes the temporary folders.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

await using venue = await openVenue();
const { dependencies } = JSON.parse(
  readFileSync(join(import.meta.dirname, "package.json"), "utf8"),
) as { dependencies: Record<string, string> };
const versions = [
  ...venue.versions,
  ...Object.entries(dependencies).map(([name, version]) => `${name} ${version}`),
];
console.log(`${machine()}; ${versions.join("; ")}\n`);
console.log(`${notes}\n`);
for (const line of venue.leftOut) console.log(`${line}\n`);

const ofTurns = await takeRounds(venue, "turns", { rounds, count: turns });
const ofPhases = await takeRounds(venue, "phases", { rounds, count: runs });
const ofAll = `${turns} turns of 2 KiB`;
const reports: Readonly<Record<string, Report>> = {
  "A turn of 2 KiB, near the 40th": compared(ofTurns, "ms", (one) => timeNear(one, 40)),
  [`A turn of 2 KiB, near the ${turns}th`]: compared(ofTurns, "ms", (one) => timeNear(one, turns)),
  [`${ofAll} on disk`]: compared(ofTurns, "KiB", ({ bytes }) => bytes / 1024),
  [`Reading ${ofAll} back`]: compared(ofTurns, "ms", ({ readBack }) => readBack),
  "Transactions of a turn": await transactionRows(venue, "turns"),
  [`A run of five phases of 1 KiB, one of ${runs}`]: compared(
    ofPhases,
    "ms",
    ({ each }) => spreadOf(each).median,
  ),
  "Transactions of a run of five phases": await transactionRows(venue, "phases"),
  [install.title]: await install.run({ rounds, quick: false }),
};
for (const [title, report] of Object.entries(reports)) {
  if (report.rows.length > 0) console.log(tableOf({ title }, report));
}

if (values.json !== undefined) {
  const { leftOut } = venue;
  const all = { machine: machine(), versions, rounds, turns, runs, leftOut, reports };
  writeFileSync(resolve(here, values.json), `${JSON.stringify(all, undefined, 2)}\n`);
}
if (values.plots !== undefined) {
  const plots = resolve(here, values.plots);
  const chart = chartOf(ofTurns, turns);
  mkdirSync(plots, { recursive: true });
  writeFileSync(join(plots, `${chart.name}.svg`), pictureOf(chart));
}
