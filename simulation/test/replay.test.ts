import { describe, expect, test } from "vitest";
import { breakages } from "../src/breakages.ts";
import { minimise } from "../src/minimise.ts";
import { play } from "../src/play.ts";
import { firstFailure } from "./first-failure.ts";

describe("a seed", () => {
  test("is played in the same way each time, byte by byte", async () => {
    for (const seed of [1, 2, 3, 5, 8, 13, 21, 34]) {
      const [once, again] = [
        await play({ seed, traced: true }),
        await play({ seed, traced: true }),
      ];

      expect(once.trace.length).toBeGreaterThan(10);
      expect(again.trace.join("\n")).toBe(once.trace.join("\n"));
    }
  });

  test("is played without the faults and operations that are left out", async () => {
    const whole = await play({ seed: 34, traced: true });
    const none = await play({
      seed: 34,
      traced: true,
      withoutFaults: new Set(whole.faults),
      withoutOperations: new Set(Array.from({ length: whole.operations }, (_, index) => index)),
    });

    expect(none.violation).toBeUndefined();
    expect(none.trace.length).toBeLessThan(whole.trace.length);
  });
});

describe("a failure", () => {
  test("is told with no more than it takes", async () => {
    const breakage = breakages["an append is acknowledged and forgotten"];
    const failed = await firstFailure(breakage, 100);
    const whole = await play({ seed: failed?.seed ?? 0, breakage, traced: true });

    const { played, cut } = await minimise({ seed: failed?.seed ?? 0, breakage });

    expect(played.violation?.invariant).toBe(whole.violation?.invariant);
    expect(played.trace.at(-1)).toContain(played.violation?.message);
    expect(played.trace.length).toBeLessThanOrEqual(whole.trace.length);
    expect(played.operations - (cut.withoutOperations?.size ?? 0)).toBeLessThan(5);
  });
});
