/** How property tests run: the same cases each time, unless more are asked for. */
import type { Parameters } from "fast-check";

/** So many times as many cases, of another seed each time it changes. */
const factor = Number(process.env["EXECUTUS_TEST_PROPERTY_FACTOR"] ?? 1);
const seed = Number(process.env["EXECUTUS_TEST_PROPERTY_SEED"] ?? 20_260_101);

/**
 * For `fc.assert`. `EXECUTUS_TEST_PROPERTY_FACTOR=100` runs a hundred times as many cases, and
 * `EXECUTUS_TEST_PROPERTY_SEED` others.
 */
export function runs(count: number): Pick<Parameters, "seed" | "numRuns"> {
  return { seed, numRuns: count * factor };
}
