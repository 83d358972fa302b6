import { deepEqual, equal, ok } from "node:assert/strict";
import { ExecutusError, isExecutusError } from "@executus/core";
import type { Scenario } from "../scenario.ts";
import { endedAs, othersAreTold, type Outcome, toldTo } from "../world/expect-run.ts";
import { never } from "../world/process.ts";
import { tell, untilAborted } from "./deeds.ts";
import { type ExitRow, exitScenario, type Stage } from "./exit.ts";

const rows: readonly ExitRow[] = [
  {
    id: "returns",
    behaviour: "a run that returns is recorded as completed, once, and everybody gets its output",
    async check({ world, id, told }, outcome) {
      deepEqual(outcome, { output: told.output });
      await toldTo(world, id, told);
      deepEqual(await tell(await world.process(), told, id), told.output);
    },
  },
  thrown("throws-error", "an Error", new RangeError("out of cheese")),
  thrown("throws-string", "a string", "no Error at all"),
  thrown("throws-undefined", "undefined", undefined),
  {
    id: "throws-unsavable",
    behaviour:
      "an error that cannot be saved as it is fails its run all the same, and leaves its message",
    act() {
      throw Object.assign(new Error("with a function"), { callback: () => {} });
    },
    async check({ world, id }) {
      const { error } = await endedAs(world, id, { type: "fail" });
      equal((error as Error).message, "with a function");
    },
  },
  {
    id: "turn-limit",
    behaviour:
      "a loop that takes all its turns without an end is recorded as failed with TURN_LIMIT",
    kinds: ["loop"],
    options: { maxTurns: 2 },
    check: (stage, outcome) => failedWith(stage, outcome, "EXECUTUS_TURN_LIMIT", 2),
  },
  {
    id: "critic",
    behaviour:
      "a run that its critic kills is recorded as failed with CRITIC_KILLED, after what was saved",
    options: {
      critic: ({ completedPhases, turns }) =>
        completedPhases.length + turns === 2 ? { kill: "enough" } : undefined,
    },
    check: (stage, outcome) => failedWith(stage, outcome, "EXECUTUS_CRITIC_KILLED", 2),
  },
  {
    id: "deadline",
    behaviour: "a run whose deadline passes is recorded as failed with DEADLINE_EXCEEDED",
    options: { timeoutMs: 3_600_000 },
    act({ process }, { signal }) {
      process.timeIsUp();
      return untilAborted(signal);
    },
    check: (stage, outcome) => failedWith(stage, outcome, "EXECUTUS_DEADLINE_EXCEEDED", 1),
  },
  {
    id: "unsavable-output",
    behaviour:
      "an output or message that cannot be saved fails its run, which says where it is and keeps what came before",
    act: () => ({ output: { deep: [() => {}] } }),
    async check(stage, outcome) {
      await failedWith(stage, outcome, "EXECUTUS_NOT_SERIALIZABLE", 1);
      const { message } = (outcome as { error: Error }).error;
      const path = stage.kind === "phases" ? "outputs.b.deep[0]" : "history[2].deep[0]";
      ok(message.includes(path), `"${message}" names ${path}`);
    },
  },
  {
    id: "unsavable-last-output",
    behaviour: "a last output that cannot be saved fails its run instead of completing it",
    at: 2,
    act: () => ({ output: Symbol("never saved") }),
    check: (stage, outcome) => failedWith(stage, outcome, "EXECUTUS_NOT_SERIALIZABLE", 2),
  },
  {
    id: "too-large",
    behaviour:
      "an output or message over maxRecordedBytes fails its run with TOO_LARGE, and nothing of it is saved",
    process: { maxRecordedBytes: 10_000 },
    act: () => ({ output: "x".repeat(20_000) }),
    check: (stage, outcome) => failedWith(stage, outcome, "EXECUTUS_TOO_LARGE", 1),
  },
  {
    id: "ignores-signal",
    behaviour:
      "a body that ignores its aborted signal is left behind, and its run recorded as failed",
    act({ caller }) {
      caller.abort(new Error("enough"));
      return never();
    },
    check: (stage, outcome) => abortedAfter(stage, outcome, 1),
  },
];

/** Every way out of an attempt that its own body takes. */
export const exitScenarios: readonly Scenario[] = rows.map(exitScenario);

function thrown(id: string, what: string, value: unknown): ExitRow {
  return {
    id,
    behaviour: `a run that throws ${what} is recorded as failed, once: its caller gets just that, everybody else RUN_FAILED with that as its cause`,
    act() {
      throw value;
    },
    async check({ world, id: run, told }, outcome) {
      deepEqual(outcome, { error: value }, "what the caller gets");
      await endedAs(world, run, { type: "fail" });
      await othersAreTold(tell(await world.process(), told, run), value);
      deepEqual(
        told.ran.filter((index) => index > 1),
        [],
        "nothing runs after it",
      );
    },
  };
}

/** Fails unless a run failed with a code, for its caller and in its record, after so many steps. */
async function failedWith(
  { world, id, told }: Stage,
  outcome: Outcome,
  code: "EXECUTUS_TURN_LIMIT" | ExecutusError["code"],
  steps: number,
): Promise<void> {
  ok("error" in outcome && isExecutusError(outcome.error, code), `the caller gets ${code}`);
  const { completedPhases, turns } = await endedAs(world, id, { type: "fail", code });
  equal(completedPhases.length + turns, steps, "what was completed is recorded");
  await othersAreTold(tell(await world.process(), told, id), outcome.error);
}

/** Fails unless the caller's abort failed the run, after so many steps. */
export async function abortedAfter(
  { world, id, caller }: Stage,
  outcome: Outcome,
  steps: number,
): Promise<void> {
  ok("error" in outcome && outcome.error === caller.signal.reason, "the caller gets its reason");
  const { completedPhases, turns, error } = await endedAs(world, id, { type: "fail" });
  equal(completedPhases.length + turns, steps, "what was completed is recorded");
  equal((error as Error).message, (caller.signal.reason as Error).message);
}
