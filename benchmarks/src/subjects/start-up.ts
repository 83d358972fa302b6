import type { Benchmark } from "../benchmark.ts";
import { importTime } from "../import-time.ts";
import { interleaved } from "../interleaved.ts";

const load =
  (...names: readonly string[]) =>
  (): Promise<number> =>
    importTime(import.meta.dirname, names);

/** Loading the packages. They must be built: `npm run bench` does that. */
export const startUp: Benchmark = {
  name: "start-up",
  title: "Loading the built packages",
  async run({ rounds }) {
    const measured = await interleaved(
      {
        core: load("@executus/core"),
        sqlite: load("@executus/core", "@executus/adapter-sqlite"),
        mongo: load("@executus/core", "@executus/adapter-mongo"),
        dynamo: load("@executus/core", "@executus/adapter-dynamo"),
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
