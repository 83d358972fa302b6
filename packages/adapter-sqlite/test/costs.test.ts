import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createExecutor, defineLoop } from "@executus/core";
import { expect, test } from "vitest";
import { sqliteStore } from "../src/index.ts";
import { temporaryFile } from "./fixtures.ts";

test("400 turns of 2 KiB take at most half as much again on disk as they hold", async () => {
  const database = temporaryFile();
  const said = [0, 1].map(() => ({ role: "user", content: "x".repeat(1_000) }));
  const talk = defineLoop<undefined, (typeof said)[number], number>("talk", {
    version: "1",
    maxTurns: 400,
    turn: ({ turn }) => ({ append: said, done: turn === 400, output: turn }),
  });
  const executor = createExecutor({ store: sqliteStore({ database }) });

  await executor.run(talk);
  await executor[Symbol.asyncDispose]();

  const db = new DatabaseSync(database);
  db.exec("pragma wal_checkpoint(truncate)");
  db.close();
  expect(statSync(database).size).toBeLessThanOrEqual(1.5 * 400 * JSON.stringify(said).length);
});
