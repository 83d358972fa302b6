import { deepEqual, equal, fail, ok } from "node:assert/strict";
import { defineRun } from "@executus/core";
import { freshId } from "../fixtures.ts";
import { untilAborted } from "../runs/deeds.ts";
import { codeOf } from "../world/expect-run.ts";
import { never } from "../world/process.ts";
import { type Scene, story, type StoryKind } from "../world/story.ts";
import { everyKind } from "../world/values.ts";
import {
  abandoned,
  type CheckpointerContext,
  type CheckpointerScenario,
  executorOn,
  goOn,
  hostScenario,
  isRecorded,
  loaded,
  reattach,
  resumeWith,
  tellOn,
} from "./drive.ts";

const names = ["a", "b", "c", "d"];

/** Going on in another process, and what becomes of the first one. */
export const resumeScenarios: readonly CheckpointerScenario[] = [
  resuming(
    "at-each-phase",
    "a run that stops in any of its phases goes on with that phase",
    "phases",
    names,
  ),
  resuming(
    "at-each-turn",
    "a loop that stops in any of its turns goes on with that turn",
    "loop",
    names,
  ),
  resuming("names-apart", "two phases of one name at positions 1 and 3 run once each", "phases", [
    "same",
    "b",
    "same",
    "d",
  ]),
  resuming(
    "names-adjacent",
    "two phases of one name that follow each other run once each",
    "phases",
    ["a", "same", "same", "d"],
  ),
  resuming("names-thrice", "three phases of one name run once each", "phases", [
    "same",
    "same",
    "same",
  ]),
  hostScenario(
    "resume.again-and-again",
    "a run that stops again and again, each time a step further, keeps all of them",
    async ({ host, another }) => {
      const { id, told } = await abandoned(host, "loop", { at: 0, names });
      for (let at = 1; at < names.length; at += 1) {
        const next = await another();
        const stops = story("loop", {
          names,
          act: ({ index }) => (index === at ? stop(reached) : undefined),
        });
        const reached = Promise.withResolvers<void>();
        await Promise.race([goOn(next, stops, id), reached.promise]);
      }

      deepEqual(await goOn(await another(), told, id), told.output);

      deepEqual(told.ran, [0, 3], "the first process was in the first turn, this one in the last");
    },
    "resumes",
  ),
  hostScenario(
    "resume.values",
    "outputs of every kind that may be saved are the same for the phase after a resume",
    async ({ host, another }) => {
      const values = everyKind();
      const id = `run-${freshId()}`;
      const reached = Promise.withResolvers<void>();
      const seen: unknown[] = [];
      const definition = defineRun<string>("story", { version: "1" })
        .phase("a", () => values)
        .phase("b", ({ outputs }) => {
          seen.push(outputs.a);
          return seen.length === 1 ? stop(reached) : "done";
        });
      const run = executorOn(host.factory).run(definition, { id, input: "once" });
      await Promise.race([run, reached.promise]);

      const next = await another();
      const { resume, checkpointer } = await reattach(next, id);
      await executorOn(next.factory).run(definition, { id, input: "once", resume, checkpointer });

      deepEqual(seen[1], values);
    },
    "resumes",
  ),
  fenced("save", "a save", 1, async () => {}),
  fenced("complete", "a completion", 2, async () => {}),
  fenced("fail", "a failure", 1, async () => {
    throw new Error("of the old owner");
  }),
  hostScenario(
    "cancel.signal",
    "a run that someone asks to cancel has its signal aborted with CANCELLED, and is recorded as failed",
    async (context) => {
      const id = `run-${freshId()}`;
      const other = await context.another();
      const told = story("phases", {
        async act({ index, signal }) {
          if (index !== 1) return;
          await (other.cancel?.(id) ?? fail('a host that declares "cancels" has a method cancel'));
          await Promise.race([untilAborted(signal), lag(context)]);
        },
      });

      equal(await codeOf(tellOn(context.host, told, id)), "EXECUTUS_CANCELLED");

      const { error } = await isRecorded(context, id, "failed", 1);
      ok(error instanceof Error, "with that as its error");
    },
    "cancels",
  ),
];

function stop(reached: { resolve: () => void }): Promise<never> {
  reached.resolve();
  return never();
}

/** How long a host may take to tell a process of a request. */
function lag({ lagMs }: CheckpointerContext): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, lagMs));
}

function resuming(
  id: string,
  behaviour: string,
  kind: StoryKind,
  ofPhases: readonly string[],
): CheckpointerScenario {
  return hostScenario(
    `resume.${id}`,
    `${behaviour}, and gives what it would have given`,
    async ({ host, another }) => {
      const steps = [...ofPhases.keys()];
      for (const at of steps) {
        const { id: run, told } = await abandoned(host, kind, { at, names: ofPhases });

        deepEqual(await goOn(await another(), told, run), told.output);

        deepEqual(told.ran, [...steps.slice(0, at + 1), ...steps.slice(at)], "what ran, in order");
        const { status, output } = await loaded(await another(), run);
        deepEqual([status, output], ["completed", told.output]);
      }
    },
    "resumes",
  );
}

/** Has a run reattached elsewhere while its first process is in a step, and lets that one go on. */
function fenced(
  id: string,
  what: string,
  at: number,
  act: (scene: Scene) => Promise<void>,
): CheckpointerScenario {
  return hostScenario(
    `fenced.${id}`,
    `${what} through a checkpointer whose run was reattached elsewhere is refused with FENCED, and nothing of it is recorded`,
    async ({ host, another }) => {
      const run = `run-${freshId()}`;
      const other = await another();
      const told = story("phases", {
        async act(scene) {
          if (scene.index !== at || scene.visit > 1) return;
          await resumeWith(other, told, await reattach(other, run));
          await act(scene);
        },
      });

      equal(await codeOf(tellOn(host, told, run)), "EXECUTUS_FENCED");

      const { status, output, state } = await loaded(other, run);
      deepEqual([status, output], ["completed", told.output]);
      equal(state.completedPhases.length, told.steps);
    },
    "fences",
  );
}
