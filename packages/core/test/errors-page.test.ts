import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorCodes } from "../src/errors.ts";

test("docs/errors.md has a heading for every code, and no other", () => {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");

  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  expect(headings).toEqual(errorCodes);
});
