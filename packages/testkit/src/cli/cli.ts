import { type Command, help, readArguments, UsageError } from "./arguments.ts";
import { Progress, type Terminal } from "./progress.ts";
import { startProver } from "./prover.ts";
import { hasFailed, listJson, listText, type Report, reportJson, reportText } from "./report.ts";
import type { Result } from "./report.ts";

/** Where the command line writes. */
export interface Streams {
  /** The report, and nothing else. */
  readonly stdout: Terminal;
  readonly stderr: Terminal;
}

/** Runs the command line. @returns its exit code */
export async function runCli(
  args: readonly string[],
  { stdout, stderr }: Streams,
): Promise<0 | 1 | 2> {
  try {
    const command = readArguments(args);
    const { module, selected, json } = command;
    if (command.help || module === undefined || command.list) {
      stdout.write(command.help ? help : (json ? listJson : listText)(selected));
      return 0;
    }
    const report = await prove(module, command, stderr);
    stdout.write((json ? reportJson : reportText)(report));
    return report.results.some(hasFailed) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`executus-conformance: ${error.message}\n`);
    return 2;
  }
}

async function prove(
  module: string,
  { selected, timeoutMs }: Command,
  stderr: Terminal,
): Promise<Report> {
  const prover = await startProver({ module, timeoutMs });
  const progress = new Progress(stderr, selected.length);
  const results: Result[] = [];
  try {
    for (const { id, behaviour } of selected) {
      progress.begin(id);
      const begun = performance.now();
      const proof = await prover.prove(id);
      const result = { id, behaviour, ms: Math.round(performance.now() - begun), proof };
      results.push(result);
      progress.end(hasFailed(result) ? `${proof.outcome}: ${id}` : undefined);
    }
  } finally {
    progress[Symbol.dispose]();
    await prover[Symbol.asyncDispose]();
  }
  return { module, store: prover.store, results };
}
