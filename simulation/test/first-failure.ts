import type { Breakage } from "../src/breakages.ts";
import { play } from "../src/play.ts";

/** The first seed in which a broken store is noticed. */
export async function firstFailure(
  breakage: Breakage | undefined,
  seeds: number,
): Promise<{ readonly seed: number; readonly invariant: string } | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violation } = await play({ seed, breakage });
    if (violation !== undefined) return { seed, invariant: violation.invariant };
  }
  return undefined;
}
