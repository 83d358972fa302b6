import { AssertionError } from "node:assert";
import { describe, expect, test } from "vitest";
import type { ConformanceCase } from "../src/index.ts";

interface Teeth<Fault extends { readonly id: string }> {
  /** What a fault is a fault of. */
  readonly what: string;
  readonly scenarios: readonly { readonly id: string }[];
  readonly faults: readonly Fault[];
  /** The suite, for something that has one fault. */
  readonly casesFor: (
    fault: Fault,
  ) => readonly ConformanceCase[] | Promise<readonly ConformanceCase[]>;
}

/** Proves that each fault is noticed by the scenarios that it names, and that no scenario is without a fault. */
export function proveTeeth<
  Fault extends {
    readonly id: string;
    readonly breaks: string;
    readonly caughtBy: readonly string[];
  },
>({ what, scenarios, faults, casesFor }: Teeth<Fault>): void {
  describe.each(faults)(`a ${what} of which it is true that $breaks ($id)`, (fault) => {
    test.concurrent.each(fault.caughtBy)("fails %s", async (id) => {
      const cases = await casesFor(fault);
      const failure = await cases
        .find((scenario) => scenario.id === id)
        ?.run()
        .then(
          () => "nothing",
          (error: unknown) => error,
        );

      expect(failure).toBeInstanceOf(AssertionError);
    });
  });

  test("every scenario notices some fault", () => {
    const noticing = new Set(faults.flatMap(({ caughtBy }) => caughtBy));

    expect(scenarios.map(({ id }) => id).filter((id) => !noticing.has(id))).toEqual([]);
  });

  test("every fault names scenarios that there are", () => {
    const ids = new Set(scenarios.map(({ id }) => id));

    expect(faults.flatMap(({ caughtBy }) => caughtBy).filter((id) => !ids.has(id))).toEqual([]);
    expect(faults.filter(({ caughtBy }) => caughtBy.length === 0)).toEqual([]);
  });

  test("ids of faults are unique", () => {
    expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  });
}
