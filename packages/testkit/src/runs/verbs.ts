import { deepEqual, equal } from "node:assert/strict";
import { freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { codeOf, failureOf, toldTo } from "../world/expect-run.ts";
import type { Process } from "../world/process.ts";
import { story, storyInput } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { interrupted, tell } from "./deeds.ts";

/** What an executor tells and does about runs besides driving them. */
export const verbScenarios: readonly Scenario[] = [
  worldScenario(
    "verbs.get",
    "get tells all that is recorded of a run, while it is active and after it has ended",
    async (world) => {
      const { id, told } = await interrupted(world, "phases");
      const { store } = world.context;
      const { definition, version, createdAt } = (await store.getRun(id)) ?? fails();

      const active = (await world.view(id)) ?? fails();
      await tell(await world.process(), told, id);
      const ended = (await world.view(id)) ?? fails();

      const { status, completedPhases, input, queue } = active;
      deepEqual([status, input, queue], ["active", storyInput, world.queue]);
      deepEqual([active.definition, active.version], [definition, version]);
      deepEqual([completedPhases, active.attempt], [["a"], 1], "how far it is");
      deepEqual([ended.completedPhases, ended.attempt], [["a", "b", "c"], 2], "how far it came");
      deepEqual([active.createdAt, ended.createdAt], [createdAt, createdAt]);
      equal(await world.view(`${id}-missing`), undefined);
    },
  ),
  worldScenario(
    "verbs.list",
    "list shows every run once, under its status, oldest first, page by page",
    async (world) => {
      const { process, active, completed, failed } = await someRuns(world);
      const all = [...active, ...completed, ...failed];

      await world.context.eventually(async () => {
        deepEqual((await listed(process)).toSorted(), all.toSorted());
        deepEqual(await listed(process, "active"), active);
        deepEqual(await listed(process, "completed"), completed);
        deepEqual(await listed(process, "failed"), failed);
      });
    },
  ),
  worldScenario(
    "verbs.delete",
    "delete removes a run that has ended, and nothing else: not an active one, and none twice",
    async (world) => {
      const { process, active, completed, failed } = await someRuns(world);
      const { executor } = process;

      equal(await codeOf(executor.delete(active[0] ?? "")), "EXECUTUS_RUN_ACTIVE");
      equal(await executor.delete(completed[0] ?? ""), true);
      equal(await executor.delete(failed[0] ?? ""), true);
      equal(await executor.delete(completed[0] ?? ""), false);

      const gone = new Set([completed[0], failed[0]]);
      for (const id of [...active, ...completed, ...failed]) {
        equal((await world.view(id)) === undefined, gone.has(id), `looks for "${id}"`);
      }
    },
  ),
  worldScenario(
    "verbs.prune",
    "prune deletes what has ended for long enough, and leaves what is active or newer",
    async (world) => {
      const { active, completed, failed } = await someRuns(world);
      const { executor } = await world.process();
      const late = await world.process({ aheadMs: 3_600_000 });
      await world.context.eventually(async () => equal((await listed(late)).length, 6));

      equal(await executor.prune({ olderThanMs: 60_000 }), 0, "nothing is old enough");
      equal(await late.executor.prune({ olderThanMs: 60_000, status: "failed" }), failed.length);
      equal(await late.executor.prune({ olderThanMs: 60_000 }), completed.length);

      for (const id of [...completed, ...failed]) equal(await world.view(id), undefined);
      for (const id of active) equal((await world.view(id))?.status, "active");
    },
  ),
  worldScenario(
    "verbs.recover",
    "recover resumes every abandoned run of its queue, cancels what was to be cancelled, and leaves the rest",
    async (world) => {
      const runs = [await interrupted(world, "phases"), await interrupted(world, "loop")];
      const [first] = runs;
      const driven = await interrupted(world, "phases");
      const definitions = [first?.told.definition ?? fails()];
      await tell(await world.process(), driven.told, driven.id);
      const process = await world.process({ definitions });

      await world.context.eventually(async () =>
        equal((await listed(process, "active")).length, 2),
      );
      const report = await process.executor.recover();
      await process.executor.idle();

      deepEqual(report.resumed, [first?.id], "what is registered here is resumed");
      deepEqual(
        report.skipped.map(({ id, reason }) => [id, reason]),
        [[runs[1]?.id, "EXECUTUS_DEFINITION_CHANGED"]],
      );
      await toldTo(world, first?.id ?? "", first?.told ?? fails());
      await toldTo(world, driven.id, driven.told);
    },
  ),
  worldScenario(
    "verbs.unfinished-removal",
    "a removal that was cut off is finished by the next sweep",
    async (world) => {
      const id = `run-${freshId()}`;
      await tell(await world.process(), story("phases"), id);
      const dead = await world.process();
      dead.meddle = (call, apply) => (call.verb === "deleteRun" ? dead.dieHere() : apply());
      await Promise.race([dead.executor.delete(id), dead.died]);
      const { executor } = await world.process();

      await world.context.eventually(async () => {
        await executor.recover();
        equal(await world.context.store.getRun(id), undefined);
      });
    },
  ),
];

interface SomeRuns {
  readonly process: Process;
  readonly active: readonly string[];
  readonly completed: readonly string[];
  readonly failed: readonly string[];
}

/** Two runs of each status. */
async function someRuns(world: World): Promise<SomeRuns> {
  const process = await world.process();
  const active: string[] = [];
  const completed: string[] = [];
  const failed: string[] = [];
  for (let i = 0; i < 2; i += 1) {
    active.push((await interrupted(world, "phases")).id);
    completed.push(`run-${freshId()}`);
    await tell(process, story("phases"), completed.at(-1) ?? "");
    failed.push(`run-${freshId()}`);
    const told = story("phases", {
      act() {
        throw new Error("on purpose");
      },
    });
    await failureOf(tell(process, told, failed.at(-1) ?? ""));
    // Listings are in the order of createdAt.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { process, active, completed, failed };
}

async function listed(
  { executor }: Process,
  status?: "active" | "completed" | "failed",
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await executor.list({ status, limit: 1_000, cursor });
    ids.push(...page.runs.map(({ id }) => id));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return ids;
}

function fails(): never {
  throw new Error("there is such a run");
}
