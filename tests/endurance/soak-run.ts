import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createExecutor } from "@executus/core";
import type { TestServer } from "@executus/test-servers";
import { freshFolder } from "../support/folders.ts";
import type { SharedPlace } from "../support/stores.ts";
import { acknowledgementsIn } from "./acknowledgements.ts";
import { problemsOf } from "./checks.ts";
import { endAll } from "./end-all.ts";
import { harvest } from "./harvest.ts";
import { ledger } from "./ledger.ts";
import { quietLogger } from "./quiet-logger.ts";
import { randomFrom } from "./random.ts";
import { startWorkerProcess } from "./worker-process.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface SoakOptions {
  readonly place: SharedPlace;
  /** Is killed and started again now and then, if there is one. */
  readonly server?: TestServer | undefined;
  readonly forMs: number;
  readonly processes: number;
  /** Runs under way at once, in all processes together. */
  readonly runs: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

export interface SoakReport {
  readonly kills: number;
  readonly pauses: number;
  /** Of the server. */
  readonly restarts: number;
  /** Runs that ended once, with the right output. */
  readonly ended: number;
  /** Of them, those that took more than one attempt. */
  readonly recovered: number;
  /** Records that were acknowledged. */
  readonly records: number;
}

const leaseMs = 2000;

/**
 * Has processes work on runs of one store, and kills them, stops them for up to two leases, and restarts the server, at times that
 * the seed decides. Every run that was accepted must end once, with the right output, and nothing that was acknowledged be missing.
 *
 * @throws if one of that does not hold
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { place, server, forMs, processes, runs, seed, report = () => {} } = options;
  const random = randomFrom(seed);
  const known = ledger();
  const logs: (() => void)[] = [];
  const done = { kills: 0, pauses: 0, restarts: 0, ended: 0, recovered: 0 };
  const pausing = new Set<Promise<void>>();
  await using store = place.open();
  await store.open();
  const executor = createExecutor({
    store,
    logger: quietLogger,
    keepStore: true,
    callTimeoutMs: 30_000,
  });

  const started = async (): Promise<WorkerProcess> => {
    const log = join(freshFolder(), "acknowledged.txt");
    const readLog = acknowledgementsIn(log);
    logs.push(() => known.add(readLog()));
    const concurrent = Math.max(1, Math.ceil(runs / processes));
    const task = { store: place.address, name: `w${logs.length}`, log, concurrent, leaseMs };
    const worker = startWorkerProcess({ ...task, upToMs: server === undefined ? 100 : 1500 });
    await worker.ready;
    worker.go();
    return worker;
  };
  const gather = async (): Promise<void> => {
    for (const readLog of logs) readLog();
    const { ended, recovered } = await harvest(store, executor, known);
    done.ended += ended;
    done.recovered += recovered;
  };

  const workers = await Promise.all(Array.from({ length: processes }, started));
  const one = (): number => random.below(workers.length);
  const disturbances = {
    kills: async () => {
      const index = one();
      await workers[index]?.kill();
      workers[index] = await started();
    },
    pauses: async () => {
      const worker = workers[one()];
      worker?.signal("SIGSTOP");
      const pause = sleep(random.next() * 2 * leaseMs).then(() => worker?.signal("SIGCONT"));
      pausing.add(pause);
    },
    restarts: async () => {
      await server?.kill();
      await sleep(random.next() * leaseMs);
      await server?.start();
    },
  };
  const kinds = ["kills", "kills", "pauses", "pauses", "restarts"] as const;

  try {
    const began = performance.now();
    let lastReport = 0;
    while (performance.now() - began < forMs) {
      await sleep(random.next() * 1000);
      const kind = kinds[random.below(server === undefined ? 4 : kinds.length)] ?? "kills";
      await disturbances[kind]();
      done[kind] += 1;
      await gather();
      if (performance.now() - lastReport > 20_000) {
        lastReport = performance.now();
        report(JSON.stringify({ seconds: Math.round((lastReport - began) / 1000), ...done }));
      }
    }
    await Promise.all(pausing);
    await Promise.all(workers.map((worker) => worker.stop()));
  } finally {
    await Promise.all(workers.map((worker) => worker.discard()));
  }

  for (const readLog of logs) readLog();
  const left = await endAll(place);
  const problems = await problemsOf(store, known, new Map());
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const [ended, recovered] = [done.ended + left.runs, done.recovered + left.recovered];
  return { ...done, ended, recovered, records: known.recordCount };
}
