import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contractPage, contractPath } from "../tools/contract-page.ts";

test("the page of the contract tells every scenario (npm run contract -w @executus/testkit)", () => {
  const page = readFileSync(new URL(`../../../${contractPath}`, import.meta.url), "utf8");

  expect(page).toBe(contractPage());
});
