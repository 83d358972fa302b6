import { AssertionError } from "node:assert";
import { describe, expect, test } from "vitest";
import {
  checkpointerConformance,
  type CheckpointerFault,
  checkpointerFaults,
  checkpointerScenarios,
} from "../src/index.ts";
import { type CheckpointerData, referenceCheckpointers } from "./reference-checkpointers.ts";

const capabilities = { resumes: true, unique: true, releases: true, fences: true, cancels: true };

/** Runs one scenario on the reference host with a fault. @returns what it fails with. */
async function failureOf({ make }: CheckpointerFault, id: string): Promise<unknown> {
  const data: CheckpointerData = new Map();
  const cases = checkpointerConformance({
    name: "broken",
    capabilities,
    create: () => make(referenceCheckpointers(data)),
    lagMs: 0,
  });
  return cases
    .find((scenario) => scenario.id === id)
    ?.run()
    .then(
      () => "nothing",
      (error: unknown) => error,
    );
}

describe.each(checkpointerFaults)("a host of which it is true that $breaks ($id)", (fault) => {
  test.concurrent.each(fault.caughtBy)("fails %s", async (id) => {
    expect(await failureOf(fault, id)).toBeInstanceOf(AssertionError);
  });
});

test("every scenario notices some fault", () => {
  const noticing = new Set(checkpointerFaults.flatMap(({ caughtBy }) => caughtBy));

  const ids = checkpointerScenarios.map(({ id }) => id);

  expect(ids.filter((id) => !noticing.has(id))).toEqual([]);
  expect([...noticing].filter((id) => !ids.includes(id))).toEqual([]);
});

test("ids of faults are unique", () => {
  expect(new Set(checkpointerFaults.map(({ id }) => id)).size).toBe(checkpointerFaults.length);
});
