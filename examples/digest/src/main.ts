/**
 * A digest of a folder of text that survives being killed. Kill it, give the same command again, and it goes on:
 *
 *     node --conditions=@executus/source src/main.ts [folder] [out] [--again] [--store mongodb://…]
 */
import { hash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createExecutor } from "@executus/core";
import { storeOf } from "example-stores";
import { count } from "./count.ts";
import { digest } from "./digest.ts";
import { defaultOut, repository } from "./places.ts";
import { explain } from "./problem.ts";

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { again: { type: "boolean" }, store: { type: "string" } },
  });
  const [folder = repository, out = defaultOut] = positionals.map((given) => resolve(given));
  const { again = false, store = `sqlite:${join(out, "runs.sqlite")}` } = values;

  // The same folder is the same run: given again, the command resumes it, or returns what is recorded.
  const id = `digest-${hash("sha256", folder).slice(0, 16)}`;
  const input = { folder, report: join(out, `${id}.md`) };

  mkdirSync(out, { recursive: true });
  await using executor = createExecutor({ store: await storeOf(store), definitions: [digest] });

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
}
