import { deepEqual, equal, ok } from "node:assert/strict";
import { ExecutusError, isExecutusError } from "@executus/core";
import type { Scenario } from "../scenario.ts";
import { type Outcome, ranInOrder, released, toldTo } from "../world/expect-run.ts";
import type { Meddle } from "../world/process.ts";
import { tell, untilAborted } from "./deeds.ts";
import { type ExitRow, exitScenario, type Stage } from "./exit.ts";
import { abortedAfter } from "./exits.ts";

const rows: readonly ExitRow[] = [
  {
    id: "aborted-before",
    behaviour:
      "an abort while a run is begun is recorded as a failure, one while it is claimed leaves it to others, and no user code runs",
    meddle: abortingAt(({ verb, record }) => verb === "insertRun" || record?.type === "claim"),
    async check(stage, outcome) {
      const { world, id, told, isRecovered, caller } = stage;
      if (!isRecovered) await abortedAfter(stage, outcome, 0);
      deepEqual(told.ran, isRecovered ? [0, 1] : [], "no user code runs");
      if (!isRecovered) return;
      deepEqual(outcome, { error: caller.signal.reason }, "the caller gets its reason");
      await released(world, id);
      deepEqual(await tell(await world.process(), told, id), told.output);
      deepEqual(told.ran, [0, 1, 1, 2], "another one goes on where it was");
    },
  },
  {
    id: "aborted-inside",
    behaviour:
      "an abort inside a phase or turn is recorded as a failure, with what was completed before",
    act({ caller }, { signal }) {
      caller.abort(new Error("enough"));
      return untilAborted(signal);
    },
    check: (stage, outcome) => abortedAfter(stage, outcome, 1),
  },
  {
    id: "aborted-between",
    behaviour:
      "an abort between two phases or turns is recorded as a failure, with the one that had ended",
    act({ caller }) {
      queueMicrotask(() => caller.abort(new Error("enough")));
    },
    check: (stage, outcome) => abortedAfter(stage, outcome, 2),
  },
  {
    id: "aborted-in-save",
    behaviour: "an abort during a save is recorded as a failure, with what was being saved",
    meddle: abortingAt(({ record }) => record?.type === "save"),
    check: (stage, outcome) => abortedAfter(stage, outcome, stage.isRecovered ? 2 : 1),
  },
  {
    id: "shutdown",
    behaviour:
      "a shutdown leaves a run running: released with what was completed, at once free for others",
    act({ process }, { signal }) {
      void process.executor.shutdown({ graceMs: 0 });
      return untilAborted(signal);
    },
    async check(stage, outcome) {
      ok("error" in outcome && isExecutusError(outcome.error, "EXECUTUS_SHUTDOWN"), "SHUTDOWN");
      await releasedAndResumed(stage);
    },
  },
  {
    id: "shutdown-alias",
    behaviour: "an abort whose reason has a shutdown among its causes leaves a run running as well",
    act({ caller }, { signal }) {
      const cause = new ExecutusError("EXECUTUS_SHUTDOWN", "The host is shutting down.");
      caller.abort(new AggregateError([new Error("the host stops", { cause })]));
      return untilAborted(signal);
    },
    async check(stage, outcome) {
      const { reason } = stage.caller.signal as { reason: unknown };
      ok("error" in outcome && outcome.error === reason, "the caller gets its reason");
      await releasedAndResumed(stage);
    },
  },
  {
    id: "success-beats-shutdown",
    behaviour: "a run that still completes when it is shut down is recorded as completed",
    at: 2,
    act({ process }) {
      void process.executor.shutdown({ graceMs: 0 });
    },
    check: completed,
  },
  {
    id: "success-beats-abort",
    behaviour: "a run that still completes when it is aborted is recorded as completed",
    at: 2,
    act({ caller }) {
      caller.abort(new Error("too late"));
    },
    check: completed,
  },
];

/** Every way out of an attempt that somebody else asks for. */
export const abortScenarios: readonly Scenario[] = rows.map(exitScenario);

function abortingAt(isHere: (call: Parameters<Meddle>[0]) => boolean): (stage: Stage) => Meddle {
  return ({ caller }) =>
    async (call, apply) => {
      if (isHere(call)) caller.abort(new Error("enough"));
      return apply();
    };
}

async function completed({ world, id, told }: Stage, outcome: Outcome): Promise<void> {
  deepEqual(outcome, { output: told.output });
  await toldTo(world, id, told);
}

async function releasedAndResumed({ world, id, told, isRecovered }: Stage): Promise<void> {
  await released(world, id);
  equal((await world.view(id))?.status, "active", "others are told that it is not over");

  deepEqual(await tell(await world.process(), told, id), told.output);

  await toldTo(world, id, told);
  ranInOrder(told, isRecovered ? 2 : 1);
}
