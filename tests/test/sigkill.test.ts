import { describe, expect, test } from "vitest";
import { killMatrix } from "../endurance/kill-matrix.ts";
import { freshSeed } from "../endurance/random.ts";
import { sharedPlaces } from "../support/shared-places.ts";

const kills = 20;

// `npm run kill` does the same for longer, and with a seed of one's choice. At once, as much of it is waiting.
describe.concurrent("twenty processes killed with SIGKILL at any instants", () => {
  for (const { name, open } of sharedPlaces) {
    test(`leave all that was acknowledged in a database that is whole, and each run ends once, on ${name}`, async ({
      skip,
      annotate,
    }) => {
      open(skip)[Symbol.dispose]();
      const seed = freshSeed();
      await annotate(`seed ${seed}`);

      const report = await killMatrix({ open: () => open(skip), kills, seed, killsPerPlace: 5 });

      expect(report.kills).toBe(kills);
      expect(report.records).toBeGreaterThan(0);
      expect(report.recovered).toBeGreaterThan(0);
    }, 600_000);
  }
});
