import { deepEqual, equal, ok } from "node:assert/strict";
import { defineRun, type RunContext } from "@executus/core";
import { freshId } from "../fixtures.ts";
import { similarIds } from "../scenarios/run-ids.ts";
import { storyInput } from "../world/story.ts";
import {
  abandoned,
  type CheckpointerScenario,
  executorOn,
  hostScenario,
  isRecorded,
  loaded,
  reattach,
} from "./drive.ts";

/** What is recorded of a run when it begins. */
export const beginScenarios: readonly CheckpointerScenario[] = [
  hostScenario(
    "begin.recorded",
    "a run is recorded as active before any of its user code runs",
    async (context) => {
      const { id } = await abandoned(context.host, "phases", { at: 0 });
      await isRecorded(context, id, "active", 0);
    },
  ),
  hostScenario(
    "begin.run-info",
    "what is known of a run when it begins comes back when it is recovered",
    async ({ host, another }) => {
      const before = Date.now();
      const { id, told } = await abandoned(host, "phases", { timeoutMs: 3_600_000 });

      const { run } = await reattach(await another(), id);

      const { createdAt, deadline, timeoutMs } = run;
      const { name, version } = told.definition;
      deepEqual([run.id, run.definition, run.version], [id, name, version]);
      deepEqual(run.input, storyInput);
      ok(createdAt >= before && createdAt <= Date.now(), "when it was begun");
      deepEqual([timeoutMs, deadline], [3_600_000, createdAt + 3_600_000]);
    },
    "resumes",
  ),
  hostScenario(
    "begin.exists",
    "a begin of an id that is there rejects with RUN_EXISTS, and leaves what is recorded",
    async (context) => {
      const { id } = await abandoned(context.host, "phases");
      const info = { definition: "other", version: "9", input: 1, createdAt: 1 };

      const codes = [];
      for (const { factory } of [context.host, await context.another()]) {
        codes.push(await factory.begin({ id, ...info }).then(() => "begun", codeIn));
      }

      deepEqual(codes, ["EXECUTUS_RUN_EXISTS", "EXECUTUS_RUN_EXISTS"]);
      await isRecorded(context, id, "active", 1);
    },
    "unique",
  ),
  hostScenario(
    "begin.apart",
    "runs whose ids look alike are recorded each on its own",
    async ({ host, another }) => {
      const ids = similarIds();
      const definition = defineRun("ids", { version: "1" }).phase(
        "a",
        ({ id }: RunContext<undefined>) => id,
      );
      for (const id of ids) await executorOn(host.factory).run(definition, { id });

      const other = await another();
      for (const id of ids) equal((await loaded(other, id)).output, id, `"${id}"`);
      equal(await other.load(`run-${freshId()}`), undefined, "of an unknown run there is nothing");
    },
  ),
];

/** The code of an error. */
function codeIn(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code ?? String(error);
}
