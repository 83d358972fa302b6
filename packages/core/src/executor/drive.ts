import type { Checkpointer, CheckpointState } from "../checkpointer.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import { within } from "../journal/calls.ts";
import { deadlineError } from "../journal/verdict.ts";
import { cancelledError, isRefusal } from "../journal/owner.ts";
import { safeLogger } from "../logger.ts";
import { parseInput } from "../schema.ts";
import type { ActiveRun, Exit } from "./active.ts";
import { runAgent } from "./agent.ts";
import { callUserCode } from "./attempt.ts";
import { growFrom } from "./start.ts";
import type { Attempt, BodyResult } from "./attempt.ts";
import type { AttemptStart } from "./start.ts";
import { Cancellation } from "./cancellation.ts";
import { staticallyChanged } from "./changed.ts";
import { comesOfClosing } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { Feed } from "./feed.ts";
import { finalise } from "./finalise.ts";
import { fingerprint } from "./identity.ts";
import { runLoop } from "./loop.ts";
import { runPhases } from "./phases.ts";
import { Teller } from "./teller.ts";

/** Drives one attempt of a run, from here to its end. It is among the active runs until then. */
export function drive(engine: Engine, start: AttemptStart): ActiveRun {
  const { id, definition, input } = start.info;
  const { maxRecordedBytes } = engine.settings;
  const feed = new Feed();
  const cancellation = new Cancellation(engine.settings.runtime);
  const { promise: prepared, resolve: tellPrepared } = Promise.withResolvers<void>();
  const attempt = makeAttempt(engine, start, cancellation, feed, tellPrepared);
  const exit = runAttempt(engine, attempt).finally(() => {
    cancellation[Symbol.dispose]();
    if (engine.active.get(id) === run) engine.active.delete(id);
    tellPrepared();
    feed.close();
  });
  const run: ActiveRun = {
    id,
    definition: start.definition,
    begun:
      start.incarnation === undefined
        ? { definition, input: fingerprint(input, maxRecordedBytes) }
        : undefined,
    incarnation: start.incarnation,
    feed,
    prepared,
    exit,
    cancel: () => cancellation.abort(cancelledError(id)),
  };
  engine.active.set(id, run);
  for (const tell of engine.awaited.get(id) ?? []) tell();
  return run;
}

function makeAttempt(
  engine: Engine,
  start: AttemptStart,
  cancellation: Cancellation,
  feed: Feed,
  prepared: () => void,
): Attempt {
  const { abortGraceMs, runtime } = engine.settings;
  const { id, definition, version } = start.info;
  const state = growFrom(start.resume);
  const attempt: Attempt = {
    start,
    state,
    cancellation,
    feed,
    logger: safeLogger(engine.logger, { runId: id, definition, version, attempt: start.attempt }),
    input: start.parsed?.input,
    runtime,
    ownership: { lost: undefined },
    teller: new Teller(start, state, feed, () => runtime.now()),
    comesOfClosing: (error) => comesOfClosing(engine, error),
    call: (body) => callUserCode(cancellation, abortGraceMs, body),
    boundary: () => boundary(engine, attempt),
    prepared: async () => {
      prepared();
      if (hasProgress(state)) await askCritic(attempt);
    },
  };
  return attempt;
}

async function runAttempt(engine: Engine, attempt: Attempt): Promise<Exit> {
  const { start, cancellation, teller } = attempt;
  const { info, checkpointer } = start;
  // What is watched first counts: a run that is no longer this process's is nobody's to fail.
  cancellation.watch(checkpointer?.signal);
  cancellation.watch(engine.stopping);
  cancellation.watch(start.signal);
  if (info.deadline !== undefined) cancellation.at(info.deadline, () => deadlineError(info.id));
  teller.begun();
  const exit = await finalise(engine, attempt, await resultOf(engine, attempt));
  teller.stopped(exit.kind);
  return exit;
}

async function resultOf(engine: Engine, attempt: Attempt): Promise<BodyResult> {
  try {
    await saveStart(engine, attempt);
    attempt.teller.progressed();
    return await runBody(attempt);
  } catch (error) {
    return { error };
  }
}

/** A fresh run that goes on from a state that was given saves that first: its record must not be poorer than the run. */
async function saveStart(engine: Engine, attempt: Attempt): Promise<void> {
  const { start, state, cancellation } = attempt;
  const { checkpointer, isFresh = false } = start;
  if (!isFresh || checkpointer === undefined || !hasProgress(state)) return;
  cancellation.signal.throwIfAborted();
  await save(engine, attempt, checkpointer);
}

function hasProgress({ history, turns, completedPhases }: CheckpointState): boolean {
  return history.length + turns + completedPhases.length > 0;
}

async function runBody(attempt: Attempt): Promise<BodyResult> {
  const { start } = attempt;
  const { definition, info } = start;
  const changed = staticallyChanged(info.id, definition, attempt.state);
  if (changed !== undefined) return { refusal: changed };
  const input =
    start.parsed === undefined
      ? await attempt.call(() => parseInput(definition, info.input, info.id))
      : start.parsed.input;
  const ready: Attempt = { ...attempt, input };
  const { body } = definition;
  switch (body.kind) {
    case "agent":
      return runAgent(ready, body);
    case "loop":
      return runLoop(ready, body);
    case "phases":
    case "build":
      return runPhases(ready, body);
  }
}

/** Ends a phase or turn that is not the last: its progress is saved before anything else starts. */
async function boundary(engine: Engine, attempt: Attempt): Promise<void> {
  const { start, cancellation, teller } = attempt;
  if (start.checkpointer !== undefined) await save(engine, attempt, start.checkpointer);
  teller.progressed();
  cancellation.signal.throwIfAborted();
  await askCritic(attempt);
}

async function save(engine: Engine, attempt: Attempt, checkpointer: Checkpointer): Promise<void> {
  const { runtime, saveTimeoutMs } = engine.settings;
  try {
    await within(runtime, saveTimeoutMs, "save", () => checkpointer.save(attempt.state));
  } catch (error) {
    if (isExecutusError(error, "EXECUTUS_FENCED")) {
      attempt.ownership.lost = { error };
      attempt.cancellation.abort(error);
      throw error;
    }
    if (isRefusal(error)) throw error;
    attempt.logger.warn(
      { err: error },
      "A checkpoint could not be saved. The run goes on, and the next one carries what is missing.",
    );
  }
}

/** Lets the critic look at what has been saved. One that throws is logged, and decides nothing. */
async function askCritic(attempt: Attempt): Promise<void> {
  const { start, state, logger } = attempt;
  const { critic } = start.definition;
  if (critic === undefined) return;
  const { history, turns, completedPhases } = state;
  const progress = { history, turns, completedPhases, attempt: start.attempt };
  const verdict = await attempt.call(async () => {
    try {
      return await critic(progress);
    } catch (error) {
      logger.warn(
        { err: error },
        'The critic threw, which decides nothing: the run goes on. See "err".',
      );
      return undefined;
    }
  });
  if (typeof verdict?.kill !== "string") return;
  const { id } = start.info;
  throw new ExecutusError(
    "EXECUTUS_CRITIC_KILLED",
    `Run "${id}" was ended by its critic: ${verdict.kill}. Call retry to open it again.`,
    {
      runId: id,
    },
  );
}
