import { deepEqual, equal } from "node:assert/strict";
import { freshId } from "../fixtures.ts";
import { untilAborted } from "../runs/deeds.ts";
import { type Outcome, outcomeOf } from "../world/expect-run.ts";
import { never } from "../world/process.ts";
import { type Act, story, storyKinds, type StoryOptions } from "../world/story.ts";
import {
  type CheckpointerContext,
  type CheckpointerScenario,
  executorOn,
  hostScenario,
  isRecorded,
  tellOn,
} from "./drive.ts";
import type { LoadedRun } from "./host.ts";

/** How a run ends, and what must be recorded of it. */
interface EndRow {
  readonly id: string;
  readonly behaviour: string;
  /** What the second step does. */
  readonly act?: (scene: Parameters<Act>[0], stop: Stop) => ReturnType<Act>;
  readonly options?: StoryOptions;
  readonly status: LoadedRun["status"];
  readonly verb: "complete" | "fail" | "release";
  readonly check: (run: LoadedRun, outcome: Outcome) => void;
}

interface Stop {
  /** Shuts the executor down. */
  readonly shutDown: () => void;
  readonly caller: AbortController;
}

const rows: readonly EndRow[] = [
  {
    id: "complete",
    behaviour: "a run that returns is recorded as completed, with its output",
    status: "completed",
    verb: "complete",
    check: ({ output }, outcome) => deepEqual(outcome, { output }),
  },
  failing("fail-error", "an Error", new RangeError("out of cheese")),
  failing("fail-string", "a string", "no Error at all"),
  failing("fail-undefined", "undefined", undefined),
  {
    id: "fail-abort",
    behaviour: "a run that its caller aborts is recorded as failed, with the reason",
    act({ signal }, { caller }) {
      caller.abort(new Error("enough"));
      return untilAborted(signal);
    },
    status: "failed",
    verb: "fail",
    check: ({ error }) => equal((error as Error).message, "enough"),
  },
  {
    id: "fail-ignored-signal",
    behaviour: "a run that ignores its aborted signal is recorded as failed",
    act(_scene, { caller }) {
      caller.abort(new Error("enough"));
      return never();
    },
    status: "failed",
    verb: "fail",
    check: ({ error }) => equal((error as Error).message, "enough"),
  },
  {
    id: "release",
    behaviour: "a run that is shut down is recorded as active, with all that it had completed",
    act({ signal }, { shutDown }) {
      shutDown();
      return untilAborted(signal);
    },
    status: "active",
    verb: "release",
    check() {},
  },
];

/** What is recorded of a run when an attempt stops. */
export const endScenarios: readonly CheckpointerScenario[] = rows.map((row) =>
  hostScenario(`end.${row.id}`, `${row.behaviour}, in one call and no other`, (context) =>
    endEachWay(context, row),
  ),
);

function failing(id: string, what: string, value: unknown): EndRow {
  return {
    id,
    behaviour: `a run that throws ${what} is recorded as failed, with what was thrown`,
    act() {
      throw value;
    },
    status: "failed",
    verb: "fail",
    check({ error }, outcome) {
      deepEqual(outcome, { error: value }, "what the caller gets");
      if (value instanceof Error) equal((error as Error).message, value.message);
      else deepEqual(error, value);
    },
  };
}

async function endEachWay(context: CheckpointerContext, row: EndRow): Promise<void> {
  for (const kind of storyKinds) {
    const id = `run-${freshId()}`;
    const verbs: string[] = [];
    const executor = executorOn(context.host.factory, (verb) => verbs.push(verb));
    const caller = new AbortController();
    const shutDown = (): void => void executor.shutdown({ graceMs: 0 });
    const told = story(kind, {
      ...row.options,
      act: (scene) => (scene.index === 1 ? row.act?.(scene, { shutDown, caller }) : undefined),
    });

    const outcome = await outcomeOf(
      tellOn(context.host, told, id, { executor, signal: caller.signal }),
    );

    const steps = row.status === "completed" ? 3 : 1;
    row.check(await isRecorded(context, id, row.status, steps), outcome);
    const saves = Array.from({ length: row.status === "completed" ? 2 : 1 }, () => "save");
    deepEqual(verbs, ["begin", ...saves, row.verb], "what was called");
  }
}
