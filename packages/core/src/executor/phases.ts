import type { DefinitionBody, Phase, PhaseContext } from "../definition.ts";
import { unexpected } from "../expect.ts";
import { contextFor } from "./attempt.ts";
import type { Attempt, BodyResult } from "./attempt.ts";
import { phasesChanged } from "./changed.ts";

type PhasedBody = Extract<DefinitionBody, { readonly kind: "phases" | "build" }>;

/** Runs the phases that are not completed yet. The last phase's output is the run's. */
export async function runPhases(attempt: Attempt, body: PhasedBody): Promise<BodyResult> {
  const phases = body.kind === "phases" ? body.phases : await buildPhases(attempt, body);
  const { state, start } = attempt;
  const changed = phasesChanged(start.info.id, start.definition, phases, state.completedPhases);
  if (changed !== undefined) return { refusal: changed };
  await attempt.prepared();
  const outputs = Object.create(null) as Record<string, unknown>;
  for (const { name, output } of state.completedPhases) outputs[name] = output;
  for (let index = state.completedPhases.length; index < phases.length; index += 1) {
    const { name, run } = phases[index] as Phase;
    const output = await runPhase(attempt, { name, index, run }, outputs);
    outputs[name] = output;
    state.completedPhases.push({ name, index, output });
    if (index < phases.length - 1) await attempt.boundary();
  }
  return { output: state.completedPhases.at(-1)?.output };
}

function runPhase(
  attempt: Attempt,
  { name, index, run }: Phase & { readonly index: number },
  outputs: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { state, feed, start, runtime } = attempt;
  attempt.cancellation.signal.throwIfAborted();
  feed.live({ type: "phase-started", at: runtime.now(), name, index, attempt: start.attempt });
  const context: PhaseContext<unknown, unknown> = {
    ...contextFor(attempt, ["phase", index]),
    input: attempt.input,
    outputs,
    completedPhases: state.completedPhases,
  };
  return attempt.call(() => run(context as PhaseContext<never, never>));
}

async function buildPhases(
  attempt: Attempt,
  { build }: Extract<DefinitionBody, { readonly kind: "build" }>,
): Promise<readonly Phase[]> {
  const { name } = attempt.start.definition;
  const built = await attempt.call(() => build(attempt.input as never));
  if (!Array.isArray(built) || !built.every(isPhase)) {
    const wanted = "a list of phases made by phase(name, run)";
    throw unexpected(`what "build" of "${name}" returns`, wanted, built);
  }
  return built;
}

function isPhase(value: unknown): value is Phase {
  if (typeof value !== "object" || value === null) return false;
  const { name, run } = value as { readonly name?: unknown; readonly run?: unknown };
  return typeof name === "string" && typeof run === "function";
}
