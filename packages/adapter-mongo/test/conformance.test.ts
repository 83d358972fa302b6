import { randomUUID } from "node:crypto";
import { serverOrSkip } from "@executus/test-servers";
import { storeConformance } from "@executus/testkit";
import { describe, inject, test } from "vitest";
import { mongoStore } from "../src/index.ts";

const found = inject("mongo");

describe("mongo store conformance", async () => {
  const listed = await storeConformance({ create: () => mongoStore({ url: "mongodb://nobody" }) });
  for (const [index, { title }] of listed.entries()) {
    test(title, async ({ skip }) => {
      const { url } = serverOrSkip(found, skip);
      // A database each: FerretDB reads all of a collection for each range of it.
      const database = `conformance-${randomUUID()}`;
      const cases = await storeConformance({ create: () => mongoStore({ url, database }) });
      await cases[index]?.run();
    });
  }
});
