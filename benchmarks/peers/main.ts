/** Runs the same program with each system, several times in turns, each in a process of its own, and compares. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { spreadOf } from "../src/benchmark.ts";
import type { Chart, Report, Row } from "../src/benchmark.ts";
import { machine } from "../src/machine.ts";
import { pictureOf } from "../src/picture.ts";
import { tableOf } from "../src/table.ts";
import type { Taken } from "./worker.ts";

const execute = promisify(execFile);
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    turns: { type: "string", default: "400" },
    json: { type: "string" },
    plots: { type: "string" },
  },
});
const [rounds, turns] = [Number(values.rounds), Number(values.turns)];
const here = process.env["INIT_CWD"] ?? process.cwd();

/** Each peer as durable as Executus always is, and as fast as it can be. */
const contenders = [
  { system: "executus", synchronous: "full" },
  { system: "openworkflow", synchronous: "full" },
  { system: "langgraph", synchronous: "full" },
  { system: "langgraphPut", synchronous: "full" },
  { system: "openworkflow", synchronous: "normal" },
  { system: "langgraph", synchronous: "normal" },
  { system: "langgraphPut", synchronous: "normal" },
] as const;
type Contender = (typeof contenders)[number];

const folder = mkdtempSync(join(tmpdir(), "executus-peers-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const taken = new Map<Contender, Taken[]>(contenders.map((contender) => [contender, []]));

for (let round = 0; round < rounds; round += 1) {
  for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
    const { system, synchronous } = contender;
    const file = join(folder, `${system}-${synchronous}-${round}.db`);
    const worker = join(import.meta.dirname, "worker.ts");
    const { stdout } = await execute(process.execPath, [
      ...["--conditions=@executus/source", "--no-warnings", worker],
      ...[system, file, `${turns}`, synchronous],
    ]);
    taken.get(contender)?.push(JSON.parse(stdout) as Taken);
    rmSync(file, { force: true });
  }
}

/** Milliseconds of the turns around one. */
function turnTime({ turns: times }: Taken, turn: number): number {
  return spreadOf(times.slice(Math.max(0, turn - 20), turn)).median;
}

const allOf = (contender: Contender): readonly Taken[] => taken.get(contender) ?? [];
const [ours] = contenders;
const nameOf = (contender: Contender): string =>
  `${allOf(contender)[0]?.name ?? contender.system}, synchronous = ${contender.synchronous}`;

function rowsFor(what: string, unit: string, value: (taken: Taken) => number): Row[] {
  return contenders.map((contender) => ({
    what: `${nameOf(contender)}: ${what}`,
    unit,
    value: spreadOf(allOf(contender).map(value)),
    ...(contender !== ours && {
      ratio: {
        to: "Executus",
        times: spreadOf(
          allOf(contender).map((one, round) => {
            const own = allOf(ours)[round];
            return value(one) / (own === undefined ? Number.NaN : value(own));
          }),
        ),
      },
    }),
  }));
}

const report: Report = {
  rows: [
    ...rowsFor("a turn near the 40th", "ms", (one) => turnTime(one, 40)),
    ...rowsFor(`a turn near the ${turns}th`, "ms", (one) => turnTime(one, turns)),
    ...rowsFor("on disk", "KiB", ({ bytesOnDisk }) => bytesOnDisk / 1024),
    ...rowsFor("reading it back", "ms", ({ readBack }) => readBack),
  ],
};
const chart: Chart = {
  name: "peers-turn-over-history",
  title: "Time of a turn of 2 KiB over the number of turns before it",
  x: { name: "turns before" },
  y: { name: "ms" },
  lines: contenders
    .filter(({ synchronous }) => synchronous === "full")
    .map((contender) => ({
      name: nameOf(contender).replace(/, synchronous.*/, ""),
      points: Array.from({ length: 10 }, (_, i) => Math.round(((i + 1) * turns) / 10)).map(
        (turn) =>
          [turn, spreadOf(allOf(contender).map((one) => turnTime(one, turn))).median] as const,
      ),
    })),
};

const { dependencies } = JSON.parse(
  readFileSync(join(import.meta.dirname, "package.json"), "utf8"),
) as { dependencies: Record<string, string> };
const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
console.log(`${machine()}; ${versions.join("; ")}\n`);
const title = `${turns} turns of 2 KiB, and reading them back`;
console.log(tableOf({ title }, report));
if (values.json !== undefined) {
  const all = { machine: machine(), versions, rounds, turns, report };
  writeFileSync(resolve(here, values.json), `${JSON.stringify(all, undefined, 2)}\n`);
}
if (values.plots !== undefined) {
  const plots = resolve(here, values.plots);
  mkdirSync(plots, { recursive: true });
  writeFileSync(join(plots, `${chart.name}.svg`), pictureOf(chart));
}
