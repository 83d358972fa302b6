import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freshFolder } from "../support/folders.ts";
import type { SharedPlace } from "../support/stores.ts";
import { acknowledgementsIn } from "./acknowledgements.ts";
import { problemsOf, problemsOfFile } from "./checks.ts";
import { endAll } from "./end-all.ts";
import { ledger } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";
import { randomFrom } from "./random.ts";
import type { Random } from "./random.ts";
import { startWorkerProcess } from "./worker-process.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** A place, and the file of its database if it is one. */
type KillPlace = SharedPlace & { readonly database?: string };

export interface KillOptions {
  readonly open: () => KillPlace;
  readonly kills: number;
  readonly seed: number;
  /** After so many, the runs that are left are ended, and a fresh place is taken. */
  readonly killsPerPlace: number;
  readonly report?: (line: string) => void;
}

export interface KillReport {
  readonly kills: number;
  /** Kills that left no process alive, so that the next one to come opens what the dead have left. */
  readonly lastOnes: number;
  /** Records that were acknowledged. */
  readonly records: number;
  readonly runs: number;
  /** Runs that took more than one attempt. */
  readonly recovered: number;
}

/** From the first sign of life to the death of a process, at the most. Opening the store is part of it. */
const longestLifeMs = 600;

/**
 * Kills processes with SIGKILL at instants that only the seed decides. After each kill the database must be whole, and have all
 * that was acknowledged to anybody; in the end every run must have ended once, with the right output.
 *
 * @throws if one of that does not hold, with the seed
 */
export async function killMatrix(options: KillOptions): Promise<KillReport> {
  const { kills, killsPerPlace, seed, report = () => {} } = options;
  const random = randomFrom(seed);
  const total = { kills: 0, lastOnes: 0, records: 0, runs: 0, recovered: 0 };
  while (total.kills < kills) {
    using place = options.open();
    const most = Math.min(killsPerPlace, kills - total.kills);
    try {
      const found = await killAt(place, most, random);
      for (const name of Object.keys(total) as (keyof KillReport)[]) total[name] += found[name];
    } catch (error) {
      const message = `After ${total.kills} kills, with the seed ${seed}: ${String(error)}`;
      throw new Error(message, { cause: error });
    }
    report(`${total.kills} kills: ${total.records} records, ${total.runs} runs`);
  }
  return total;
}

async function killAt(place: KillPlace, kills: number, random: Random): Promise<KillReport> {
  const known = ledger();
  const logs: (() => void)[] = [];
  const settled = new Map<string, number>();
  let [killed, lastOnes] = [0, 0];

  while (killed < kills) {
    const count = random.below(2) === 0 ? 1 : Math.min(3, kills - killed);
    const doomed = Array.from({ length: count }, (_, i): Doomed => {
      const log = join(freshFolder(), "acknowledged.txt");
      const readLog = acknowledgementsIn(log);
      logs.push(() => known.add(readLog()));
      const name = `${killed}.${i}`;
      const task = { store: place.address, name, log, concurrent: 4, leaseMs: 2000, upToMs: 20 };
      return { worker: startWorkerProcess(task), diesAt: random.next() * longestLifeMs };
    });
    await killEach(doomed, async () => {
      killed += 1;
      for (const readLog of logs) readLog();
      await check(place, known, settled);
    });
    lastOnes += 1;
  }

  const ended = await endAll(place);
  await check(place, known, new Map());
  return { kills: killed, lastOnes, records: known.recordCount, ...ended };
}

interface Doomed {
  readonly worker: WorkerProcess;
  readonly diesAt: number;
}

/** Lets them begin at once, and kills each at its time. */
async function killEach(doomed: readonly Doomed[], afterEach: () => Promise<void>): Promise<void> {
  try {
    await Promise.all(doomed.map(({ worker }) => worker.ready));
    const began = performance.now();
    for (const { worker } of doomed) worker.go();
    for (const { worker, diesAt } of doomed.toSorted((a, b) => a.diesAt - b.diesAt)) {
      // This waits for nothing: that the instant is any is the point.
      await sleep(Math.max(0, diesAt - (performance.now() - began)));
      await worker.kill();
      await afterEach();
    }
  } finally {
    await Promise.all(doomed.map(({ worker }) => worker.discard()));
  }
}

/** Opens the place anew: on SQLite, the first one to come mends what the dead have left. */
async function check(place: KillPlace, known: Ledger, settled: Map<string, number>): Promise<void> {
  const problems = place.database === undefined ? [] : problemsOfFile(place.database);
  await using store = place.open();
  await store.open();
  problems.push(...(await problemsOf(store, known, settled)));
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
