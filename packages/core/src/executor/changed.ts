import type { CheckpointState, PhaseOutput } from "../checkpointer.ts";
import { problemOfMessage } from "../agent-input.ts";
import type { AnyDefinition, Phase } from "../definition.ts";
import { ExecutusError } from "../errors.ts";

/** What of a state tells whether a definition can go on from it. */
type Made = Pick<CheckpointState, "completedPhases" | "history">;

/** Says how what a run has made differs from what a definition makes, if that can be told before it runs. */
export function staticallyChanged(
  runId: string,
  definition: AnyDefinition,
  { completedPhases, history }: Made,
): ExecutusError | undefined {
  const { body } = definition;
  const isLoop = body.kind === "loop" || body.kind === "agent";
  if (isLoop ? completedPhases.length > 0 : history.length > 0) {
    return kindChanged(runId, definition, isLoop);
  }
  if (body.kind === "agent") return historyChanged(runId, definition, history);
  if (body.kind !== "phases") return undefined;
  return phasesChanged(runId, definition, body.phases, completedPhases);
}

/** The same for the phases that a definition has, or that it has built. */
export function phasesChanged(
  runId: string,
  { name }: AnyDefinition,
  phases: readonly Phase[],
  completed: readonly PhaseOutput[],
): ExecutusError | undefined {
  const differs = completed.findIndex((done, index) => done.name !== phases[index]?.name);
  if (differs === -1) return undefined;
  const was = completed.map((done) => `"${done.name}"`).join(", ");
  const is = phases
    .slice(0, completed.length)
    .map((phase) => `"${phase.name}"`)
    .join(", ");
  return changed(
    runId,
    `Run "${runId}" has completed the phases ${was}, but "${name}" begins with ${is || "none"} now (position ${differs}). Run it with a definition that begins as it did, or delete it.`,
  );
}

function kindChanged(runId: string, { name }: AnyDefinition, isLoop: boolean): ExecutusError {
  const [phases, loop] = ["a run of phases", "a loop or an agent"];
  return changed(
    runId,
    `Run "${runId}" was ${isLoop ? phases : loop}, but "${name}" is ${isLoop ? loop : phases} now. Run it with the definition that it began with, or delete it.`,
  );
}

/** Of a history that no agent has made. */
function historyChanged(
  runId: string,
  { name }: AnyDefinition,
  history: readonly unknown[],
): ExecutusError | undefined {
  const strange = history.findIndex((message) => problemOfMessage(message) !== undefined);
  if (strange === -1) return undefined;
  return changed(
    runId,
    `history[${strange}] of run "${runId}" is no message of an agent, but "${name}" is an agent now. Run it with the definition that it began with, or delete it.`,
  );
}

function changed(runId: string, message: string): ExecutusError {
  return new ExecutusError("EXECUTUS_DEFINITION_CHANGED", message, { runId });
}
