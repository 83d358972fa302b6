import { spreadOf } from "./benchmark.ts";
import type { Spread } from "./benchmark.ts";

/** Does its work once, and tells what that took or cost. What it needs is set up outside of what it tells. */
export type Subject = () => number | Promise<number>;

/** Measurements of several subjects, taken in turns. */
export interface Measured<Name extends string> {
  of(name: Name): Spread;
  /** How many times as much one took as another, within the same round. */
  ratio(name: Name, to: Name): Spread;
}

/** Measures subjects round by round: A B, then B A, then A B again. The first round warms up and does not count. */
export async function interleaved<Name extends string>(
  subjects: Readonly<Record<Name, Subject>>,
  rounds: number,
): Promise<Measured<Name>> {
  const names = Object.keys(subjects) as Name[];
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      globalThis.gc?.();
      const value = await subjects[name]();
      if (round > 0) taken.get(name)?.push(value);
    }
  }
  const valuesOf = (name: Name): readonly number[] => taken.get(name) ?? [];
  return {
    of: (name) => spreadOf(valuesOf(name)),
    ratio: (name, to) =>
      spreadOf(valuesOf(name).map((value, round) => value / (valuesOf(to)[round] ?? Number.NaN))),
  };
}

/** Milliseconds that some work takes. */
export async function timeOf(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
