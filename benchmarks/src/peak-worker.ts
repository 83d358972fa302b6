/** Reads a run whole, once, and prints how much memory the process had at the most, in MiB. */
import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import { readByHand } from "./read-by-hand.ts";

const [how, file = ""] = process.argv.slice(2);
if (how === "by-hand") {
  const db = new DatabaseSync(file);
  readByHand(db);
  db.close();
} else {
  await using executor = createExecutor({ store: sqliteStore({ database: file }) });
  await executor.get("chat");
}
console.log(process.resourceUsage().maxRSS / 1_024);
