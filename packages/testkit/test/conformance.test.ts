import { describe, expect, test } from "vitest";
import { scenarios, storeConformance } from "../src/index.ts";
import { referenceData, referenceStore } from "./reference-store.ts";

describe("a correct store passes every scenario", async () => {
  const data = referenceData();
  for (const { title, run } of await storeConformance({ create: () => referenceStore(data) })) {
    test.concurrent(title, run);
  }
});

test("scenarios may run at once, and again on what earlier ones left behind", async () => {
  const data = referenceData();
  const cases = await storeConformance({ create: () => referenceStore(data) });

  await Promise.all(cases.map(({ run }) => run()));
  await Promise.all([...cases, ...cases].map(({ run }) => run()));
});

test("a scenario that needs what the store does not declare is skipped, saying so", async () => {
  const cases = await storeConformance({
    create: () => referenceStore(referenceData(), { durable: false, multiProcess: false }),
  });

  const skipped = cases.filter(({ skip }) => skip !== false);

  expect(skipped.map(({ id }) => id)).toEqual(
    scenarios.filter(({ needs }) => needs === "durable").map(({ id }) => id),
  );
  expect(new Set(skipped.map(({ skip }) => skip))).toEqual(
    new Set(['reference does not declare "durable"']),
  );
});

test("ids are unique, and of the form area.behaviour", () => {
  const ids = scenarios.map(({ id }) => id);

  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/);
});
