/** Runs the digest in a process of its own, kills that in the middle of a phase, and lets another one go on with it. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { count } from "./count.ts";
import { digest } from "./digest.ts";
import { findTexts } from "./find-texts.ts";
import { defaultReport, repository } from "./places.ts";
import { explain, Problem } from "./problem.ts";
import { play } from "./theatre/play.ts";
import { showTable } from "./theatre/rows.ts";
import { screenOn } from "./theatre/screen.ts";
import { checkPlay } from "./theatre/verdict.ts";

const usage = "npm start -- [folder] [--report <file>] [--store <address>]";

/** Where the user is: npm itself goes to the root of the repository. */
const here =
  (process.env["npm_lifecycle_event"] === "start" ? process.env["INIT_CWD"] : undefined) ??
  process.cwd();

const screen = screenOn(process.stdout);

async function main(): Promise<void> {
  const { folder, report, store } = readArguments();
  const { paths } = await findTexts(folder, report);
  const { body } = digest;
  const phases = body.kind === "phases" ? body.phases.map(({ name }) => name) : [];
  screen.line(screen.paint("bold", `Digest of ${count(paths.length, "text")} in ${folder}`));
  screen.line(`Phases: ${phases.join(", ")}. What a phase returns is saved when it ends.`);
  screen.line('The process is killed in the middle of "rank", and started again.');
  screen.line();

  // In a store of the user's, each performance is another run.
  const id = `digest-${randomUUID()}`;
  const address = store ?? `sqlite:${join(temporaryFolder(), "runs.sqlite")}`;
  const played = await play({ store: address, id, input: { folder, report } }, screen);
  await checkPlay(phases, played);

  const attempts = [played.killed.rows, played.resumed.rows];
  for (const line of showTable(phases, attempts, screen)) screen.line(line);
  const { documents, sentences } = played.digest;
  screen.line();
  screen.line(`The second process had the run ${Math.round(played.takeoverMs)} ms after the kill.`);
  screen.line(
    `The report quotes ${count(sentences, "sentence")} of ${count(documents, "document")}:`,
  );
  screen.line(screen.paint("bold", nameOf(report)));
}

interface Arguments {
  readonly folder: string;
  readonly report: string;
  readonly store: string | undefined;
}

function readArguments(): Arguments {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { report: { type: "string" }, store: { type: "string" } },
    });
    const [folder = repository, ...more] = positionals;
    if (more.length > 0) throw new Error("There is more than one folder.");
    const { report = defaultReport, store } = values;
    return { folder: resolve(here, folder), report: resolve(here, report), store };
  } catch (error) {
    const [reason] = (error as Error).message.split(". ");
    throw new Problem(`${reason?.replace(/\.?$/, ".")} Usage: ${usage}`);
  }
}

/** A folder that is gone when this process ends: each performance begins with an empty database. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "executus-digest-"));
  process.once("exit", () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    } catch {
      // Some systems keep the files of a process that has just been killed: then it is theirs to tidy.
    }
  });
  return folder;
}

function nameOf(file: string): string {
  const name = relative(here, file);
  return name.startsWith("..") ? file : name;
}

// Ends by `exit`, which ends the job as well.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    screen.line();
    process.exit(128 + constants.signals[signal]);
  });
}
// Whoever reads may have seen enough.
process.stdout.once("error", () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
