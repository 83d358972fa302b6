/** Runs a program once with one system, in a process of its own, and prints what it took as its last line. */
import type { ProgramName } from "./system.ts";
import { systems } from "./systems.ts";
import type { SystemName } from "./systems.ts";

/** What a run of a program took. */
export interface Timed {
  /** Milliseconds of each turn, or run. */
  readonly each: readonly number[];
  /** Milliseconds to read all of it back. */
  readonly readBack: number;
}

const [name = "", programName = "", database = "", durable = "", times = ""] =
  process.argv.slice(2);
const system = systems[name as SystemName];
const program = system.programs[programName as ProgramName];
const place = { database, durable: durable === "true" };
const count = Number(times);

const each: number[] = [];
let last = performance.now();
await program.run(place, count, () => {
  const now = performance.now();
  each.push(now - last);
  last = now;
});

const start = performance.now();
const found = await program.readBack(place, count);
const readBack = performance.now() - start;
if (found !== count || each.length !== count) {
  throw new Error(
    `${system.name} has ${found} and ended ${each.length} ${programName}, not ${count}.`,
  );
}
const timed: Timed = { each, readBack };
console.log(JSON.stringify(timed));
