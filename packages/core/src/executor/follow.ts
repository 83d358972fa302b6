import type { AnyDefinition } from "../definition.ts";
import { ExecutusError } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { isUnreadable, removedError } from "../journal/read.ts";
import type { ActiveRun, Exit } from "./active.ts";
import { Cancellation } from "./cancellation.ts";
import { claimOptions, giveBack, startOfClaimed } from "./claims.ts";
import { drive } from "./drive.ts";
import { atDoor } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { outputOf, runFailed } from "./failure.ts";
import { NextLook } from "./next-look.ts";

export interface FollowOptions {
  /** What the run may be taken over with; without one it is only waited for. */
  readonly definition: AnyDefinition | undefined;
  /** What to do about a run that cannot be run here. */
  readonly ifSkipped: "wait" | "throw";
  readonly ifActive?: "wait" | "reject" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one look at a run gave. */
type Step =
  | { readonly kind: "ended"; readonly output: unknown }
  /** This call drives it now. */
  | { readonly kind: "own"; readonly run: ActiveRun }
  /** Somebody in this process drives it. */
  | { readonly kind: "here"; readonly run: ActiveRun }
  | { readonly kind: "elsewhere" }
  | { readonly kind: "again" };

/**
 * Waits for the end of a run that is there, and takes it over whenever nobody drives it.
 *
 * @returns its output
 * @throws the user's own error if this call came to drive the run; `EXECUTUS_RUN_FAILED`; `EXECUTUS_RUN_ACTIVE`;
 * `EXECUTUS_SHUTDOWN` when the executor is shut down meanwhile; the reason of the caller's abort.
 */
export async function follow(engine: Engine, id: string, options: FollowOptions): Promise<unknown> {
  const waiting = new Cancellation(engine.settings.runtime);
  try {
    waiting.watch(options.signal);
    for (;;) {
      waiting.signal.throwIfAborted();
      const step = await look(engine, id, options);
      switch (step.kind) {
        case "ended":
          return step.output;
        case "own":
          return resultOf(await step.run.exit);
        case "here": {
          const exit = await waiting.waitFor(0, () => step.run.exit);
          if (exit.kind === "completed") return exit.output;
          if (exit.kind === "failed") throw runFailed(id, exit.error);
          if (step.run.incarnation === undefined) throw exit.error;
          break;
        }
        case "elsewhere":
          await waitForNextLook(engine, id, waiting.signal);
          engine.closing.throwIfAborted();
          break;
        case "again":
          break;
      }
    }
  } finally {
    waiting[Symbol.dispose]();
  }
}

async function waitForNextLook(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  const next = new NextLook(engine, id, signal);
  try {
    await next.wait();
  } finally {
    next.stop();
  }
}

/** The result of a drive, for the call that began or claimed the run. @throws the user's own error */
export function resultOf(exit: Exit): unknown {
  if (exit.kind === "completed") return exit.output;
  throw exit.error;
}

async function look(engine: Engine, id: string, options: FollowOptions): Promise<Step> {
  const local = engine.active.get(id);
  if (local !== undefined) return { kind: "here", run: local };
  if (engine.journal === undefined) throw removedError(id);
  engine.closing.throwIfAborted();
  const journal = await engine.journal();
  return atDoor(engine, id, () =>
    options.definition === undefined
      ? lookOnly(journal, id)
      : tryToClaim(engine, journal, id, { ...options, definition: options.definition }),
  );
}

async function lookOnly(journal: Journal, id: string): Promise<Step> {
  const found = await journal.inspect(id);
  if (found.kind === "missing") throw removedError(id);
  return found.kind === "ended" ? readEnd(journal, id) : { kind: "elsewhere" };
}

async function readEnd(journal: Journal, id: string): Promise<Step> {
  const stored = await journal.read(id);
  if (stored === undefined) throw removedError(id);
  const { end } = stored.run;
  return end === undefined ? { kind: "again" } : { kind: "ended", output: outputOf(id, end) };
}

async function tryToClaim(
  engine: Engine,
  journal: Journal,
  id: string,
  {
    definition,
    ifActive,
    ifSkipped,
    signal,
  }: FollowOptions & { readonly definition: AnyDefinition },
): Promise<Step> {
  const local = engine.active.get(id);
  if (local !== undefined) return { kind: "here", run: local };
  const find = (name: string): AnyDefinition | undefined =>
    name === definition.name ? definition : undefined;
  engine.closing.throwIfAborted();
  const outcome = await journal.claim(id, claimOptions(engine, find));
  switch (outcome.kind) {
    case "owned":
      // A caller who has left meanwhile was only waiting: the run is not to be failed for that.
      if (signal?.aborted === true || engine.closing.aborted) await giveBack(engine, outcome);
      signal?.throwIfAborted();
      engine.closing.throwIfAborted();
      return {
        kind: "own",
        run: drive(engine, { ...startOfClaimed(outcome, definition), signal }),
      };
    case "missing":
      throw removedError(id);
    case "ended":
      return readEnd(journal, id);
    case "exhausted":
    case "cancelled":
      return { kind: "again" };
    case "skipped":
      // What this process cannot read now it never will: to wait for the end would be to wait for ever.
      if (ifSkipped === "throw" || isUnreadable(outcome.error)) throw outcome.error;
      return { kind: "elsewhere" };
    case "busy":
      if (ifActive === "reject") throw activeElsewhere(id);
      return { kind: "elsewhere" };
  }
}

function activeElsewhere(id: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_RUN_ACTIVE",
    `Run "${id}" is being driven by another process. Call run without ifActive: "reject" to wait for it.`,
    { runId: id },
  );
}
