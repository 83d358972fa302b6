import { readFileSync } from "node:fs";
import { scenarios } from "@executus/testkit";
import { expect, test } from "vitest";
import { tableOf } from "../tools/stores-table.ts";

/** How many scenarios need what each store does not declare. Its own suite proves that it passes the others. */
const undeclared = { memory: scenarios.filter(({ needs }) => needs !== undefined).length };

test("the README says of each store how many scenarios there are, and that it passes all that it declares", () => {
  const page = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const all = scenarios.length;

  const scores = tableOf(page).map(([name, , , , score]) => [name, score?.replace(/, on .*/, "")]);

  expect(scores).toEqual([
    ["memory", `${all - undeclared.memory} of ${all}, ${undeclared.memory} not declared`],
    ["SQLite", `${all} of ${all}`],
    ["MongoDB", `${all} of ${all}`],
    ["DynamoDB", `${all} of ${all}`],
    ["yours", ""],
  ]);
});
