/**
 * A digest of a folder of text that survives being killed. Kill it, give the same command again, and it goes on:
 *
 *     node --conditions=@executus/source src/main.ts [folder] [out] [--again]
 */
import { hash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import { count } from "./count.ts";
import { digest } from "./digest.ts";
import { defaultOut, repository } from "./places.ts";
import { explain } from "./problem.ts";

const again = process.argv.includes("--again");
const [folder = repository, out = defaultOut] = process.argv
  .slice(2)
  .filter((given) => given !== "--again")
  .map((given) => resolve(given));

// The same folder is the same run: given again, the command resumes it, or returns what is recorded.
const id = `digest-${hash("sha256", folder).slice(0, 16)}`;
const input = { folder, report: join(out, `${id}.md`) };

mkdirSync(out, { recursive: true });
const executor = createExecutor({
  store: sqliteStore({ database: join(out, "runs.sqlite") }),
  definitions: [digest],
});
try {
  // Takes up every digest that was interrupted, this one or another. They go on in the background.
  const { resumed } = await executor.recover();
  if (resumed.includes(id)) console.log("Going on where it was interrupted.");

  // A digest that failed is begun anew; one that is completed, only if that is wished.
  const known = await executor.get(id);
  if (known?.status === "failed" || (known?.status === "completed" && again)) {
    await executor.delete(id);
  }

  const { report, documents, sentences } = await executor.run(digest, { id, input });
  console.log(`${count(sentences, "sentence")} of ${count(documents, "document")}: ${report}`);
  await executor.idle();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
} finally {
  await executor[Symbol.asyncDispose]();
}
