import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { contractPages } from "../tools/contract-page.ts";

test.each(contractPages)(
  "$path tells every scenario (npm run contract -w @executus/testkit)",
  ({ path, text }) => {
    const page = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

    expect(page).toBe(text);
  },
);
