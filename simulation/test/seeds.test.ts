import { describe, expect, test } from "vitest";
import { play } from "../src/play.ts";

const seeds = 2_000;
const perTest = 250;

describe("the invariants hold", () => {
  for (let first = 1; first <= seeds; first += perTest) {
    const last = first + perTest - 1;
    test(`in the seeds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed += 1) {
        const { violation } = await play({ seed });
        expect(
          violation?.message,
          `seed ${seed}; npm run simulate -- --seed ${seed} --seeds 1`,
        ).toBeUndefined();
      }
    });
  }
});
