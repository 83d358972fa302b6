import { describe, expect, test } from "vitest";
import { breakages } from "../src/breakages.ts";
import { firstFailure } from "./first-failure.ts";

describe("the simulation notices a store", () => {
  for (const [what, breakage] of Object.entries(breakages)) {
    test(`where ${what}`, async () => {
      expect(await firstFailure(breakage, 1_000)).toBeDefined();
    });
  }
});
