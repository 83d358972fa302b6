import type { ResumeState, RunInfo } from "../checkpointer.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import type { Journal } from "../journal/journal.ts";
import { parseInput } from "../schema.ts";
import type { ActiveRun } from "./active.ts";
import type { AttemptStart } from "./start.ts";
import { beginRecord } from "./begin.ts";
import type { BegunRecord } from "./begin.ts";
import { Cancellation } from "./cancellation.ts";
import { staticallyChanged } from "./changed.ts";
import { drive } from "./drive.ts";
import { atDoor, executorClosed } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { checkSameRun, fingerprint, versionChanged } from "./identity.ts";
import type { Begun } from "./identity.ts";
import type { RunRequest } from "./run-options.ts";

/** What a call for a run has found or begun. */
export type Accepted =
  /** This call began it, or was given its checkpointer: it gets the user's own error. */
  | { readonly kind: "own"; readonly run: ActiveRun; readonly begun: boolean }
  /** It is there: driven here, elsewhere, by nobody, or ended. */
  | { readonly kind: "existing" };

/**
 * Finds the run that a call means, or begins it.
 *
 * @throws `EXECUTUS_RUN_EXISTS`, `EXECUTUS_DEFINITION_CHANGED`, `EXECUTUS_INVALID_INPUT`, `EXECUTUS_STORE_UNAVAILABLE` …
 */
export async function accept(
  engine: Engine,
  request: RunRequest,
  { mayDegrade }: { readonly mayDegrade: boolean },
): Promise<Accepted> {
  if (engine.closing.aborted) throw executorClosed();
  const { id, checkpointer, signal } = request;
  if (checkpointer !== undefined) {
    return atDoor(engine, id, async () => ({
      kind: "own",
      run: driveGiven(engine, request),
      begun: false,
    }));
  }
  signal?.throwIfAborted();
  return atDoor(engine, id, () => enter(engine, request, mayDegrade));
}

async function enter(engine: Engine, request: RunRequest, mayDegrade: boolean): Promise<Accepted> {
  const { id, idIsNew } = request;
  for (;;) {
    if (engine.closing.aborted) throw executorClosed();
    const local = engine.active.get(id);
    if (local?.begun !== undefined) {
      checkSameRun(id, local.begun, begunBy(engine, request));
      const changed = versionChanged(id, request.definition, local.definition.version);
      if (changed !== undefined) throw changed;
      return { kind: "existing" };
    }
    if (!idIsNew && engine.journal !== undefined) {
      const found = await lookFor(engine, await engine.journal(), request);
      if (found) return { kind: "existing" };
    }
    const run = await beginFresh(engine, request, mayDegrade);
    if (run !== undefined) return { kind: "own", run, begun: true };
  }
}

/** What this call would begin. */
function begunBy({ settings }: Engine, { definition, input }: RunRequest): Begun {
  return { definition: definition.name, input: fingerprint(input, settings.maxRecordedBytes) };
}

/** Whether the run is there, and is the one that is meant. */
async function lookFor(engine: Engine, journal: Journal, request: RunRequest): Promise<boolean> {
  const { id, definition, resume } = request;
  const found = await journal.inspect(id);
  if (found.kind === "missing") return false;
  const { row, last } = found;
  const begun = await journal.readBegin(row);
  if (begun === undefined) return false;
  if (resume !== undefined) {
    throw new ExecutusError(
      "EXECUTUS_RUN_EXISTS",
      `There is a run with the id "${id}" already, with a state of its own. Leave "resume" out to go on from that.`,
      { runId: id },
    );
  }
  const payload = begun.payload() as { readonly input?: unknown } | undefined;
  const input = fingerprint(payload?.input, engine.settings.maxRecordedBytes);
  checkSameRun(id, { definition: row.definition, input }, begunBy(engine, request));
  const changed = versionChanged(id, definition, row.version);
  if (changed !== undefined && last.type !== "complete") throw changed;
  return true;
}

/** Begins a run. @returns `undefined` if somebody else did so at the same time: look again */
async function beginFresh(
  engine: Engine,
  request: RunRequest,
  mayDegrade: boolean,
): Promise<ActiveRun | undefined> {
  const { resume } = request;
  if (resume !== undefined) checkFits(request, resume);
  const parsed = { input: await parseFresh(engine, request) };
  let record: BegunRecord;
  try {
    // Whoever came this far made the id, or has read that there is no such run.
    record = await beginRecord(engine, { info: infoOf(request), mayDegrade });
  } catch (error) {
    if (
      isExecutusError(error, "EXECUTUS_RUN_EXISTS") &&
      resume === undefined &&
      engine.journal !== undefined
    ) {
      return undefined;
    }
    throw error;
  }
  return drive(engine, { ...startOf(request), parsed, isFresh: true, ...carriedBy(record) });
}

/** Refuses a state that the definition cannot go on from, before anything is begun. @throws `EXECUTUS_DEFINITION_CHANGED` */
function checkFits({ id, definition }: RunRequest, resume: ResumeState): void {
  const changed = staticallyChanged(id, definition, resume);
  if (changed !== undefined) throw changed;
}

/** Applies the schema to a fresh input. It is user code: an abort or a shutdown does not wait for it. */
async function parseFresh(engine: Engine, request: RunRequest): Promise<unknown> {
  const { id, definition, input, signal } = request;
  const waiting = new Cancellation(engine.settings.runtime);
  waiting.watch(signal);
  waiting.watch(engine.stopping);
  try {
    const parsed = await waiting.waitFor(0, () => parseInput(definition, input, id));
    waiting.signal.throwIfAborted();
    if (engine.closing.aborted) throw executorClosed();
    return parsed;
  } finally {
    waiting[Symbol.dispose]();
  }
}

function carriedBy(
  record: BegunRecord,
): Pick<AttemptStart, "checkpointer" | "records" | "incarnation"> {
  if (record.kind === "none") return { checkpointer: undefined, records: undefined };
  if (record.kind === "custom") return { checkpointer: record.checkpointer, records: undefined };
  const { checkpointer } = record;
  const { incarnation } = checkpointer;
  return { checkpointer, incarnation, records: () => checkpointer.seq };
}

function driveGiven(engine: Engine, request: RunRequest): ActiveRun {
  const { id, checkpointer } = request;
  if (engine.active.has(id)) {
    throw new ExecutusError(
      "EXECUTUS_RUN_ACTIVE",
      `Run "${id}" is being driven by this executor already. Wait for it with attach, or leave "checkpointer" out.`,
      {
        runId: id,
      },
    );
  }
  return drive(engine, { ...startOf(request), checkpointer, records: undefined });
}

function startOf(request: RunRequest): Omit<AttemptStart, "checkpointer" | "records"> {
  const { definition, resume, attempt, signal } = request;
  return { definition, info: infoOf(request), resume, attempt, signal };
}

function infoOf({ id, definition, input, createdAt, timeoutMs, deadline }: RunRequest): RunInfo {
  const { name, version } = definition;
  return { id, definition: name, version, input, createdAt, timeoutMs, deadline };
}
