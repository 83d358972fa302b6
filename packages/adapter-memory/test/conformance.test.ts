import { storeConformance } from "@executus/testkit";
import { describe, test } from "vitest";
import { memoryData, memoryStore } from "../src/index.ts";

const data = memoryData();

describe("memory store conformance", async () => {
  for (const { title, skip, run } of await storeConformance({
    create: () => memoryStore({ data }),
  })) {
    test(title, { timeout: 60_000 }, (context) => (skip ? context.skip(skip) : run()));
  }
});
