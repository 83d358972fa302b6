import { isExecutusError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { withoutCarried } from "../carriers.ts";
import { jittered, pause } from "../runtime.ts";
import type { RunRow } from "../store.ts";
import type { ActiveRun } from "./active.ts";
import { claimOptions, giveBack, startOfClaimed } from "./claims.ts";
import { drive } from "./drive.ts";
import { atDoor, executorClosed, withJournal } from "./engine.ts";
import { pages } from "./pages.ts";
import type { Engine } from "./engine.ts";

/** What one sweep did. */
export interface RecoveryReport {
  /** Ids of runs that go on here now. */
  readonly resumed: readonly string[];
  /** Ids of runs that somebody had asked to cancel, and that have ended now. */
  readonly cancelled: readonly string[];
  /** Ids of runs whose attempts were used up, and that have failed now. */
  readonly exhausted: readonly string[];
  readonly skipped: readonly SkippedRun[];
}

/** A run that was left for others. */
export interface SkippedRun {
  readonly id: string;
  /** `full`: `maxConcurrentRuns` go on here already. Else the code of `error`. */
  readonly reason: "full" | ErrorCode;
  readonly error?: unknown;
}

interface Growing {
  readonly resumed: string[];
  readonly cancelled: string[];
  readonly exhausted: string[];
  readonly skipped: SkippedRun[];
}

/** Claims at the same time. */
const claimsAtOnce = 8;

/** Sweeps for interrupted runs, and drives them in the background. */
export class Sweeper {
  readonly #engine: Engine;
  /** Runs that recovery drives now. */
  readonly #recovered = new Set<ActiveRun>();
  /** Claims under way. They never reject. */
  readonly #claiming = new Set<Promise<unknown>>();
  /** When every active row was last looked at, on this process's own clock. */
  #lastFullSweep = -Infinity;
  readonly #told = new Set<string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** One bounded sweep: every candidate is claimed or skipped when it resolves. */
  async sweep(journal: Journal): Promise<RecoveryReport> {
    if (this.#engine.closing.aborted) throw executorClosed();
    const report: Growing = { resumed: [], cancelled: [], exhausted: [], skipped: [] };
    const candidates = shuffled(this.#engine, await this.#candidates(journal));
    const driven: ActiveRun[] = [];
    const claimNext = async (): Promise<void> => {
      for (let next = candidates.pop(); next !== undefined; next = candidates.pop()) {
        const run = await this.#tryClaim(journal, next, report);
        if (run !== undefined) driven.push(run);
      }
    };
    await Promise.all(Array.from({ length: claimsAtOnce }, claimNext));
    await Promise.all(driven.map((run) => this.#reportDriven(run, report)));
    await this.#finishRemovals(journal);
    return report;
  }

  /** Rows that may be claimed: all that are due, and now and then all others that look abandoned. */
  async #candidates(journal: Journal): Promise<string[]> {
    const { runtime, queue, leaseMs } = this.#engine.settings;
    const isFull = runtime.monotonic() - this.#lastFullSweep >= leaseMs;
    const startedAt = runtime.monotonic();
    const before = isFull ? Number.MAX_SAFE_INTEGER : runtime.now();
    const found = new Set<string>();
    for await (const row of pages(journal, { status: "active", due: { queue, before } })) {
      if (this.#engine.active.has(row.id)) continue;
      if (row.owner === "" || journal.mayBeDue(row)) found.add(row.id);
    }
    if (isFull) this.#lastFullSweep = startedAt;
    return [...found];
  }

  async #finishRemovals(journal: Journal): Promise<void> {
    const { logger, closing } = this.#engine;
    try {
      for await (const row of pages(journal, { status: "deleting" })) {
        if (closing.aborted) return;
        await this.#finishRemoval(journal, row);
      }
    } catch (error) {
      logger.warn(
        { err: error },
        "Removals that were cut off could not be listed. The next sweep tries again.",
      );
    }
  }

  async #finishRemoval(journal: Journal, row: RunRow): Promise<void> {
    try {
      await journal.finishRemoval(row);
    } catch (error) {
      this.#engine.logger.warn(
        { runId: row.id, err: error },
        "A removal could not be finished. The next sweep tries again.",
      );
    }
  }

  async #tryClaim(journal: Journal, id: string, report: Growing): Promise<ActiveRun | undefined> {
    if (this.#engine.closing.aborted) return undefined;
    const { maxConcurrentRuns } = this.#engine.settings;
    while (this.#recovered.size + this.#claiming.size >= maxConcurrentRuns) {
      if (this.#claiming.size === 0) {
        report.skipped.push({ id, reason: "full" });
        return undefined;
      }
      // What becomes of a claim under way tells whether there is room.
      await Promise.race(this.#claiming);
    }
    const claiming = atDoor(this.#engine, id, () => this.#claim(journal, id, report));
    const settled: Promise<unknown> = claiming
      .catch(() => {})
      .finally(() => this.#claiming.delete(settled));
    this.#claiming.add(settled);
    try {
      return await claiming;
    } catch (error) {
      const reason = isExecutusError(error) ? error.code : "EXECUTUS_STORE_UNAVAILABLE";
      this.#skip(report, { id, reason, error });
      return undefined;
    }
  }

  /** @returns the run, if it goes on here now */
  async #claim(journal: Journal, id: string, report: Growing): Promise<ActiveRun | undefined> {
    const engine = this.#engine;
    if (engine.active.has(id) || engine.closing.aborted) return undefined;
    const options = claimOptions(engine, (name) => engine.definitions.get(name));
    const outcome = await journal.claim(id, options);
    if (outcome.kind === "cancelled" || outcome.kind === "exhausted") report[outcome.kind].push(id);
    if (outcome.kind === "skipped") {
      this.#skip(report, { id, reason: outcome.error.code, error: outcome.error });
    }
    if (outcome.kind !== "owned") return undefined;
    const definition = engine.definitions.get(outcome.run.definition);
    // Only what is registered is admitted.
    if (definition === undefined || engine.closing.aborted) {
      await giveBack(engine, outcome);
      return undefined;
    }
    const run = withoutCarried(() => drive(engine, startOfClaimed(outcome, definition)));
    this.#recovered.add(run);
    void this.#watch(run);
    return run;
  }

  /** Reports a run that goes on, unless what its definition builds turns out not to fit it. */
  async #reportDriven(
    { id, definition, incarnation, prepared }: ActiveRun,
    report: Growing,
  ): Promise<void> {
    const { settings, refused } = this.#engine;
    if (definition.body.kind === "build") {
      const enough = new AbortController();
      // A builder that takes long is not waited for.
      const waited = pause(settings.runtime, settings.callTimeoutMs, enough.signal);
      await Promise.race([prepared, waited]);
      enough.abort(null);
    }
    const isRefused = incarnation !== undefined && refused.has(incarnation);
    if (isRefused) report.skipped.push({ id, reason: "EXECUTUS_DEFINITION_CHANGED" });
    else report.resumed.push(id);
  }

  async #watch(run: ActiveRun): Promise<void> {
    const exit = await run.exit;
    this.#recovered.delete(run);
    if (exit.kind === "failed" || exit.kind === "abandoned") {
      this.#engine.logger.warn(
        { runId: run.id, err: exit.error, exit: exit.kind },
        'A recovered run did not complete: see "err". If it failed, mend the cause, then call retry.',
      );
    }
  }

  #skip(report: Growing, skipped: { id: string; reason: ErrorCode; error: unknown }): void {
    report.skipped.push(skipped);
    const key = `${skipped.reason} ${skipped.id}`;
    if (this.#told.has(key)) return;
    // Said once, and not with every sweep; or now and then, where there are very many.
    if (this.#told.size >= 10_000) this.#told.clear();
    this.#told.add(key);
    this.#engine.logger.warn(
      { runId: skipped.id, err: skipped.error },
      'An interrupted run was left for others: see "err".',
    );
  }
}

function shuffled<T>({ settings }: Engine, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, order: settings.runtime.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

/** Sweeps again and again until the executor is shut down. */
export async function keepSweeping(
  engine: Engine,
  sweeper: Sweeper,
  everyMs: number,
): Promise<void> {
  const { settings, logger, closing } = engine;
  while (!closing.aborted) {
    try {
      await withJournal(engine, "recovery", (journal) => sweeper.sweep(journal));
    } catch (error) {
      logger.warn({ err: error }, "A sweep for interrupted runs failed. The next one tries again.");
    }
    await pause(settings.runtime, jittered(settings.runtime, everyMs), closing);
  }
}
