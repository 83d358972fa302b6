import { deepEqual, equal, ok } from "node:assert/strict";
import { type CheckpointState, defineRun } from "@executus/core";
import { freshId } from "../fixtures.ts";
import { untilAborted } from "../runs/deeds.ts";
import { outcomeOf } from "../world/expect-run.ts";
import { story, type StoryKind, storyKinds } from "../world/story.ts";
import { everyKind } from "../world/values.ts";
import {
  type CheckpointerContext,
  type CheckpointerScenario,
  copyOf,
  executorOn,
  goOn,
  hostScenario,
  isRecorded,
  isWholeState,
  loaded,
  tellOn,
} from "./drive.ts";
import type { CheckpointerCapabilities } from "./host.ts";

type End = "complete" | "fail" | "release";

/** What the end of an attempt carries. */
export const unsavedScenarios: readonly CheckpointerScenario[] = [
  hostScenario(
    "end.values",
    "outputs and errors of every kind that may be saved come back equal",
    async ({ host, another }) => {
      const values = everyKind();
      const id = `run-${freshId()}`;
      const failedId = `run-${freshId()}`;
      const thrown = Object.assign(new TypeError("with fields"), values);
      const returns = defineRun("returns", { version: "1" }).phase("a", () => values);
      const throws = defineRun("throws", { version: "1" }).phase("a", () => {
        throw thrown;
      });

      await executorOn(host.factory).run(returns, { id });
      await outcomeOf(executorOn(host.factory).run(throws, { id: failedId }));

      const other = await another();
      deepEqual((await loaded(other, id)).output, values);
      equal(((await loaded(other, failedId)).error as Error).message, "with fields");
    },
  ),
  carrying("complete", "a completion"),
  carrying("fail", "a failure"),
  carrying("release", "a release", "releases"),
  hostScenario(
    "end.released-resumes",
    "a run that was released goes on where it was, without running anything again that had ended",
    async ({ host, another }) => {
      const id = `run-${freshId()}`;
      const executor = executorOn(host.factory);
      const told = story("phases", {
        act({ index, visit, signal }) {
          if (index !== 1 || visit > 1) return;
          void executor.shutdown({ graceMs: 0 });
          return untilAborted(signal);
        },
      });
      await outcomeOf(tellOn(host, told, id, { executor }));

      equal(await goOn(await another(), told, id), told.output);

      deepEqual(told.ran, [0, 1, 1, 2]);
    },
    "resumes",
  ),
];

function carrying(
  end: End,
  what: string,
  needs?: keyof CheckpointerCapabilities,
): CheckpointerScenario {
  return hostScenario(
    `end.${end}-carries-state`,
    `${what} records what no save has carried yet`,
    async (context) => {
      for (const kind of storyKinds) await endUnsaved(context, kind, end);
    },
    needs,
  );
}

/** Ends an attempt none of whose saves reached the checkpointer. */
async function endUnsaved(context: CheckpointerContext, kind: StoryKind, end: End): Promise<void> {
  const id = `run-${freshId()}`;
  let last: CheckpointState | undefined;
  const executor = executorOn(context.host.factory, (verb, state) => {
    if (verb === "save") throw new Error("never reaches the checkpointer");
    last = state && copyOf(state);
  });
  const told = story(kind, {
    act({ index, signal }) {
      if (index !== 2 || end === "complete") return;
      if (end === "fail") throw new Error("on purpose");
      void executor.shutdown({ graceMs: 0 });
      return untilAborted(signal);
    },
  });

  await outcomeOf(tellOn(context.host, told, id, { executor }));

  const status = ({ complete: "completed", fail: "failed", release: "active" } as const)[end];
  ok(last !== undefined, `${end} was called`);
  isWholeState(await isRecorded(context, id, status, end === "complete" ? 3 : 2), last);
}
