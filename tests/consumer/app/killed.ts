// Hangs in its third phase until it is killed; started again, it goes on from there. Arguments: a database, a file to note phases in.
import { appendFileSync } from "node:fs";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor, defineRun } from "@executus/core";

const [database = "", notes = ""] = process.argv.slice(2);

function note(phase: string, attempt: number): string {
  appendFileSync(notes, `${phase}/${attempt}\n`);
  return `${phase}/${attempt}`;
}

const job = defineRun<{ name: string }>("job", { version: "1" })
  .phase("one", ({ attempt }) => note("one", attempt))
  .phase("two", ({ attempt }) => note("two", attempt))
  .phase("three", async ({ attempt }) => {
    note("three", attempt);
    if (attempt === 1) {
      console.log("in the middle");
      // A timer, so that the process stays.
      await new Promise(() => setInterval(() => {}, 1000));
    }
    return `three/${attempt}`;
  })
  .phase("four", ({ attempt, outputs }) => {
    note("four", attempt);
    return [outputs.one, outputs.two, outputs.three, `four/${attempt}`].join(" ");
  });

const executor = createExecutor({ store: sqliteStore({ database }), definitions: [job] });
try {
  console.log(await executor.run(job, { id: "job-1", input: { name: "x" } }));
} finally {
  await executor[Symbol.asyncDispose]();
}
