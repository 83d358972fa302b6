import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeConformance } from "@executus/testkit";
import { afterAll, describe, test } from "vitest";
import { sqliteStore } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "executus-"));
const database = join(folder, "runs.sqlite");

afterAll(() => rmSync(folder, { recursive: true }));

describe("sqlite store conformance", async () => {
  for (const { title, skip, run } of await storeConformance({
    create: () => sqliteStore({ database }),
  })) {
    test(title, { timeout: 60_000 }, (context) => (skip ? context.skip(skip) : run()));
  }
});
