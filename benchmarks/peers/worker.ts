/** Runs the program once with one system, in a process of its own, and prints what it took. */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { executus } from "./executus.ts";
import { langgraph, langgraphPut } from "./langgraph.ts";
import { openworkflow } from "./openworkflow.ts";
import type { System, SystemOptions } from "./system.ts";

/** What one run took. */
export interface Taken {
  readonly name: string;
  /** Milliseconds of each turn. */
  readonly turns: readonly number[];
  readonly bytesOnDisk: number;
  /** Milliseconds to read all of it back. */
  readonly readBack: number;
}

const systems: Readonly<Record<string, System>> = {
  executus,
  langgraph,
  langgraphPut,
  openworkflow,
};

const [name = "", file = "", turns = "", synchronous = "full"] = process.argv.slice(2);
const system = systems[name];
if (system === undefined) throw new Error(`There is no system "${name}".`);

const count = Number(turns);
const taken: number[] = [];
let last = performance.now();
const options = { synchronous: synchronous as SystemOptions["synchronous"] };
await system.run(file, count, options, () => {
  const now = performance.now();
  taken.push(now - last);
  last = now;
});

const db = new DatabaseSync(file);
db.exec("pragma wal_checkpoint(truncate)");
db.close();
const bytesOnDisk = statSync(file).size;
const start = performance.now();
const found = await system.readBack(file);
const readBack = performance.now() - start;
if (found !== count || taken.length !== count) {
  throw new Error(`${system.name} has ${found} and ended ${taken.length} turns, not ${count}.`);
}
const result: Taken = { name: system.name, turns: taken, bytesOnDisk, readBack };
console.log(JSON.stringify(result));
