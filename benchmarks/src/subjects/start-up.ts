import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Benchmark } from "../benchmark.ts";
import { interleaved } from "../interleaved.ts";

const execute = promisify(execFile);

/** Milliseconds until the built packages are loaded, in a process of their own. */
async function importTime(...names: readonly string[]): Promise<number> {
  const program = `const start = performance.now();
    for (const name of ${JSON.stringify(names)}) await import(name);
    console.log(performance.now() - start);`;
  const args = ["--input-type=module", "--no-warnings", "--eval", program];
  const { stdout } = await execute(process.execPath, args, { cwd: import.meta.dirname });
  return Number(stdout);
}

/** Loading the packages. They must be built: `npm run bench` does that. */
export const startUp: Benchmark = {
  name: "start-up",
  title: "Loading the built packages",
  async run({ rounds }) {
    const measured = await interleaved(
      {
        core: () => importTime("@executus/core"),
        sqlite: () => importTime("@executus/core", "@executus/adapter-sqlite"),
        mongo: () => importTime("@executus/core", "@executus/adapter-mongo"),
        dynamo: () => importTime("@executus/core", "@executus/adapter-dynamo"),
      },
      rounds,
    );
    return {
      rows: [
        { what: "core", unit: "ms", value: measured.of("core"), budget: { most: 40 } },
        { what: "core and adapter-sqlite", unit: "ms", value: measured.of("sqlite") },
        { what: "core and adapter-mongo", unit: "ms", value: measured.of("mongo") },
        { what: "core and adapter-dynamo", unit: "ms", value: measured.of("dynamo") },
      ],
    };
  },
};
