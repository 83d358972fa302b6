/** Asks an agent about a folder of texts. Kill it, give the same command again, and it goes on. */
import { constants } from "node:os";
import { run } from "./run.ts";

/** npm itself goes to the folder of the example. */
const here = process.env["npm_lifecycle_event"] === "start" ? process.env["INIT_CWD"] : undefined;

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    stopping.abort();
  });
}

const code = await run({
  args: process.argv.slice(2),
  env: process.env,
  here: here ?? process.cwd(),
  print: (text) => console.log(text),
  say: (line) => console.error(line),
  stop: stopping.signal,
});
process.exitCode ??= code;
