import { EventEmitter, once } from "node:events";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { OpenWorkflow } from "openworkflow";
import type { Backend, StepAttempt } from "openworkflow/internal";
import { BackendPostgres } from "openworkflow/postgres";
import { BackendSqlite } from "openworkflow/sqlite";
import { isMessages, isOutput, messages, numbersTo, output, phases } from "./system.ts";
import type { Place, System } from "./system.ts";

export const openworkflowSqlite: System = {
  name: "OpenWorkflow",
  database: "SQLite",
  programs: programsOn(async ({ database, durable }) => {
    const backend = BackendSqlite.connect(database);
    // It has no option for this.
    const { db } = backend as unknown as { readonly db: DatabaseSync };
    db.exec(`pragma synchronous = ${durable ? "full" : "normal"}`);
    return backend;
  }),
};

export const openworkflowPostgres: System = {
  name: "OpenWorkflow",
  database: "PostgreSQL",
  programs: programsOn(({ database }) => BackendPostgres.connect(database)),
};

/** A turn is a step, and so is a phase. */
function programsOn(connect: (place: Place) => Promise<Backend>): System["programs"] {
  return {
    turns: {
      async run(place, turns, ends) {
        const backend = await connect(place);
        const client = new OpenWorkflow({ backend });
        const chat = client.defineWorkflow({ name: "chat" }, async ({ step }) => {
          for (const turn of numbersTo(turns)) {
            await step.run({ name: `turn-${turn}` }, () => messages);
            ends();
          }
        });
        const worker = client.newWorker();
        await worker.start();
        const handle = await chat.run();
        await handle.result();
        await worker.stop();
        await backend.stop();
      },
      async readBack(place) {
        const backend = await connect(place);
        const steps = (await stepsOfRuns(backend)).flat();
        await backend.stop();
        return outputsOf(steps).filter(isMessages).length;
      },
    },
    phases: {
      /** Its worker looks for runs every 0.1 to 1 s. Here it is told to look at once. */
      async run(place, runs, ends) {
        const backend = await connect(place);
        const completions = completionsOf(backend);
        const client = new OpenWorkflow({ backend });
        const job = client.defineWorkflow({ name: "job" }, async ({ step }) => {
          for (const name of phases) await step.run({ name }, () => output);
        });
        const worker = client.newWorker();
        for (let run = 1; run <= runs; run += 1) {
          const completed = once(completions, "completed");
          await job.run();
          while ((await worker.tick()) === 0) await setImmediate();
          await completed;
          ends();
        }
        await worker.stop();
        await backend.stop();
      },
      async readBack(place) {
        const backend = await connect(place);
        const found = await stepsOfRuns(backend);
        await backend.stop();
        return found.filter((steps) => outputsOf(steps).filter(isOutput).length === phases.length)
          .length;
      },
    },
  };
}

/** Tells when it is saved that a run is completed. */
function completionsOf(backend: Backend): EventEmitter {
  const completions = new EventEmitter();
  const complete = backend.completeWorkflowRun.bind(backend);
  backend.completeWorkflowRun = async (params) => {
    const run = await complete(params);
    completions.emit("completed");
    return run;
  };
  return completions;
}

/** What a replay of each run reads. */
async function stepsOfRuns(backend: Backend): Promise<readonly (readonly StepAttempt[])[]> {
  const runs = await pagesOf((page) => backend.listWorkflowRuns(page));
  const found: (readonly StepAttempt[])[] = [];
  for (const { id } of runs) {
    found.push(await pagesOf((page) => backend.listStepAttempts({ workflowRunId: id, ...page })));
  }
  return found;
}

interface Page<Item> {
  readonly data: readonly Item[];
  readonly pagination: { readonly next: string | null };
}

async function pagesOf<Item>(
  read: (page: { limit: number; after?: string }) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let after: string | undefined; ;) {
    const { data, pagination } = await read({
      limit: 1_000,
      ...(after !== undefined && { after }),
    });
    items.push(...data);
    after = pagination.next ?? undefined;
    if (after === undefined) return items;
  }
}

/** The outputs of completed steps. */
function outputsOf(steps: readonly StepAttempt[]): readonly unknown[] {
  return steps.filter(({ status }) => status === "completed").map(({ output: saved }) => saved);
}
