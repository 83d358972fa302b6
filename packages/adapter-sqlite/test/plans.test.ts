import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import * as queries from "../src/queries.ts";
import { openStore } from "./fixtures.ts";

async function planOf(text: string): Promise<string[]> {
  const db = new DatabaseSync(":memory:");
  onTestFinished(() => db.close());
  await openStore({ database: db });
  return db
    .prepare(`explain query plan ${text}`)
    .all()
    .map(({ detail }) => String(detail));
}

describe("a query plan", () => {
  const texts = Object.entries({ ...queries, updateRun: queries.updateRun({ updatedAt: 1 })[0] });

  test.each(texts)("of %s scans no table and sorts nothing", async (_, text) => {
    const plan = await planOf(text);

    expect(plan.filter((step) => /scan|temp b-tree/i.test(step))).toEqual([]);
  });

  test("of a listing of due rows goes by (status, queue, due_at, id)", async () => {
    expect(await planOf(queries.listDue)).toEqual([
      "SEARCH runs USING INDEX runs_by_due_at (status=? AND queue=? AND (due_at,id)>(?,?) AND due_at<?)",
    ]);
  });

  test("of a listing of all rows goes by (status, created_at, id)", async () => {
    expect(await planOf(queries.listCreated)).toEqual([
      "SEARCH runs USING INDEX runs_by_created_at (status=? AND (created_at,id)>(?,?))",
    ]);
  });
});
