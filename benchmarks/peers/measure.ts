import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Contender } from "./contenders.ts";
import type { ProgramName } from "./system.ts";
import type { Venue } from "./venue.ts";
import type { Timed } from "./worker.ts";

const execute = promisify(execFile);
const worker = join(import.meta.dirname, "worker.ts");

/** What a program took with a contender. */
export interface Taken extends Timed {
  readonly bytes: number;
  /** Committed in all, that of the schema too; only where the server counts them. */
  readonly transactions: number | undefined;
}

/** Runs a program once, in a new database and a process of its own. */
export async function measure(
  venue: Venue,
  contender: Contender,
  program: ProgramName,
  count: number,
): Promise<Taken> {
  await using database = await venue.fresh(contender);
  const { place } = database;
  const { stdout } = await execute(process.execPath, [
    "--conditions=@executus/source",
    "--no-warnings",
    worker,
    contender.system,
    program,
    place.database,
    `${place.durable}`,
    `${count}`,
  ]);
  const timed = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Timed;
  const transactions = await database.transactions?.();
  return { ...timed, transactions, bytes: await database.bytes() };
}

/**
 * Transactions of one turn, or run: those of a longer program less those of a shorter one. What a system does now and then beside
 * its work is among them.
 */
export async function transactionsOfEach(
  venue: Venue,
  contender: Contender,
  program: ProgramName,
): Promise<number | undefined> {
  const [few, many] = [10, 60];
  const { transactions: less } = await measure(venue, contender, program, few);
  if (less === undefined) return undefined;
  const { transactions: more = Number.NaN } = await measure(venue, contender, program, many);
  return (more - less) / (many - few);
}
