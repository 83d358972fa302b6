import { randomUUID } from "node:crypto";
import { serverOrSkip } from "@executus/test-servers";
import { storeConformance } from "@executus/testkit";
import { describe, inject, test } from "vitest";
import { dynamoStore } from "../src/index.ts";
import { clientOf } from "./clients.ts";

const found = inject("dynamo");
const table = `conformance-${randomUUID()}`;

describe("dynamo store conformance", async () => {
  const client = "url" in found ? clientOf(found.url) : undefined;
  const create = () => dynamoStore({ table, client, createTable: true });
  for (const { title, run } of await storeConformance({ create })) {
    test(title, async ({ skip }) => {
      serverOrSkip(found, skip);
      await run();
    });
  }
});
