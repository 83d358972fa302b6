import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunStore } from "@executus/core";
import { storeConformance } from "@executus/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { examplesOf } from "../docs/examples.ts";
import { root } from "../docs/pages.ts";
import { writePrograms } from "../docs/programs.ts";

// The store that docs/writing-an-adapter.md teaches, as it is on the page.
const page = "docs/writing-an-adapter.md";
const parts = examplesOf(page, readFileSync(join(root, page), "utf8")).filter(
  (example) => example.module === "file-store.ts",
);
const [program] = writePrograms(join(root, "tests/temp/adapter-page"), parts);
const module = program?.file ?? "";
const { fileStore } = (await import(/* @vite-ignore */ module)) as {
  fileStore(options: { readonly folder: string }): RunStore;
};

const folder = mkdtempSync(join(tmpdir(), "executus-tests-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("file store conformance", async () => {
  const create = (): RunStore => fileStore({ folder: join(folder, "conformance") });
  for (const { title, skip, run } of await storeConformance({ create })) {
    test.concurrent(title, { timeout: 300_000 }, (context) => (skip ? context.skip(skip) : run()));
  }
});

test("it has less than 150 lines", () => {
  const lines = parts.flatMap(({ code }) => code.split("\n"));

  expect(lines.length).toBeLessThan(150);
});

test("each slot and each change of a row goes to one of several processes", async () => {
  const at = join(folder, "processes");
  const store = fileStore({ folder: at });
  const names = { queue: "default", definition: "d", version: "1", owner: "o", code: "" };
  const state = { status: "active", generation: 1, dueAt: 1, createdAt: 1, updatedAt: 1 } as const;
  await store.insertRun({ id: "../a", incarnation: "a", ...names, ...state });
  const writer = join(root, "tests/support/programs/file-store-writer.ts");
  const args = [
    "--conditions=@executus/source",
    "--no-warnings",
    writer,
    module,
    at,
    "../a",
    "100",
  ];

  const told = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, args);
      return JSON.parse(stdout) as Record<"slots" | "changes" | "unknown", number>;
    }),
  );

  const sum = (name: "slots" | "changes" | "unknown"): number =>
    told.reduce((total, each) => total + each[name], 0);
  const changes = ((await store.getRun("../a"))?.generation ?? 0) - 1;
  expect(sum("slots")).toBe(100);
  expect(changes).toBeGreaterThanOrEqual(sum("changes"));
  expect(changes).toBeLessThanOrEqual(sum("changes") + sum("unknown"));
}, 60_000);
