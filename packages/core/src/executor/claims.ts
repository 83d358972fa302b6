import type { AnyDefinition } from "../definition.ts";
import { ExecutusError } from "../errors.ts";
import type { ClaimCandidate, ClaimOptions, OwnedRun } from "../journal/claim.ts";
import { staticallyChanged } from "./changed.ts";
import type { AttemptStart } from "./start.ts";
import type { Engine } from "./engine.ts";
import { versionChanged } from "./identity.ts";

/** Finds the definition that a recorded run is to be run with. */
export type FindDefinition = (name: string) => AnyDefinition | undefined;

/** How this executor claims: what it admits, and after how many failed attempts a run is given up. */
export function claimOptions(engine: Engine, find: FindDefinition): ClaimOptions {
  const { maxFailedAttempts, maxFailedAttemptsWithoutProgress } = engine.settings;
  return {
    maxFailedAttempts,
    maxFailedAttemptsWithoutProgress,
    admit: (candidate) => problemWith(engine, candidate, find(candidate.definition)),
  };
}

function problemWith(
  engine: Engine,
  candidate: ClaimCandidate,
  definition: AnyDefinition | undefined,
): ExecutusError | undefined {
  const { id, incarnation, definition: name, version } = candidate;
  if (definition === undefined) {
    return new ExecutusError(
      "EXECUTUS_UNKNOWN_DEFINITION",
      `Run "${id}" is of the definition "${name}", which is not registered here. Add it to the executor's "definitions".`,
      { runId: id },
    );
  }
  if (engine.refused.has(incarnation)) {
    return new ExecutusError(
      "EXECUTUS_DEFINITION_CHANGED",
      `Run "${id}" has completed other phases than "${name}" builds for its input now. Run it where its old definition is, or delete it.`,
      { runId: id },
    );
  }
  return versionChanged(id, definition, version) ?? staticallyChanged(id, definition, candidate);
}

/** What a claimed run goes on from. */
export function startOfClaimed(owned: OwnedRun, definition: AnyDefinition): AttemptStart {
  const { checkpointer, resume, run, attempt, since } = owned;
  const { incarnation } = checkpointer;
  const records = (): number => checkpointer.seq;
  return { definition, info: run, checkpointer, records, incarnation, resume, attempt, since };
}

/** Releases a run that was claimed for nothing: whoever asked for it has left, or the executor is closing. */
export async function giveBack(
  { logger }: Engine,
  { checkpointer, resume, run }: OwnedRun,
): Promise<void> {
  try {
    await checkpointer.release(resume);
  } catch (error) {
    logger.warn(
      { runId: run.id, err: error },
      "A run that was claimed for nothing could not be released. Others take it once its lease is over.",
    );
  }
}
