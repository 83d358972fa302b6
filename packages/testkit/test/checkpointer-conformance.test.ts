import { describe, expect, test } from "vitest";
import { checkpointerConformance, checkpointerScenarios } from "../src/index.ts";
import { referenceCheckpointers } from "./reference-checkpointers.ts";

const capabilities = { resumes: true, unique: true, releases: true, fences: true, cancels: true };

describe("a correct checkpointer factory passes every scenario", () => {
  const data = new Map();
  const create = (): ReturnType<typeof referenceCheckpointers> => referenceCheckpointers(data);
  for (const { title, run } of checkpointerConformance({
    name: "reference",
    capabilities,
    create,
  })) {
    test.concurrent(title, run);
  }
});

test("a scenario that needs what the host does not declare is skipped, saying so", () => {
  const create = (): ReturnType<typeof referenceCheckpointers> => referenceCheckpointers(new Map());
  const cases = checkpointerConformance({ name: "mine", capabilities: {}, create });

  for (const [i, { needs }] of checkpointerScenarios.entries()) {
    expect(cases[i]?.skip).toBe(needs === undefined ? false : `mine does not declare "${needs}"`);
  }
});

test("ids are unique, and of the form area.behaviour", () => {
  const ids = checkpointerScenarios.map(({ id }) => id);

  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/);
});
