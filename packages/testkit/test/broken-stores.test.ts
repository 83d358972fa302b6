import { AssertionError } from "node:assert";
import { describe, expect, test } from "vitest";
import { type Fault, faults, scenarios, storeConformance } from "../src/index.ts";
import { referenceData, referenceStore } from "./reference-store.ts";

/** Runs one scenario on the reference store with a fault. @returns what it fails with. */
async function failureOf(fault: Fault, id: string): Promise<unknown> {
  const data = referenceData();
  const breakStore = fault.make();
  const cases = await storeConformance({
    create: () => breakStore(referenceStore(data)),
    listingLagMs: 0,
  });
  return cases
    .find((scenario) => scenario.id === id)
    ?.run()
    .then(
      () => "nothing",
      (error: unknown) => error,
    );
}

describe.each(faults)("a store of which it is true that $breaks ($id)", (fault) => {
  test.concurrent.each(fault.caughtBy)("fails %s", async (id) => {
    expect(await failureOf(fault, id)).toBeInstanceOf(AssertionError);
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
