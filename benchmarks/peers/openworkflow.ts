import type { DatabaseSync } from "node:sqlite";
import { OpenWorkflow } from "openworkflow";
import { BackendSqlite } from "openworkflow/sqlite";
import { messages } from "./system.ts";
import type { System } from "./system.ts";

export const openworkflow: System = {
  name: "OpenWorkflow on SQLite",
  async run(file, turns, { synchronous }, turnEnds) {
    const backend = BackendSqlite.connect(file);
    // It has no option for this.
    const { db } = backend as unknown as { readonly db: DatabaseSync };
    db.exec(`pragma synchronous = ${synchronous}`);
    const client = new OpenWorkflow({ backend });
    const chat = client.defineWorkflow({ name: "chat" }, async ({ step }) => {
      for (let turn = 1; turn <= turns; turn += 1) {
        await step.run({ name: `turn-${turn}` }, () => messages);
        turnEnds();
      }
      return turns;
    });
    const worker = client.newWorker();
    await worker.start();
    const handle = await chat.run();
    await handle.result();
    await worker.stop();
    await backend.stop();
  },
  async readBack(file) {
    const backend = BackendSqlite.connect(file);
    const [run] = (await backend.listWorkflowRuns({ limit: 1 })).data;
    let turns = 0;
    // What a replay reads.
    for (let after: string | undefined; ;) {
      const page = await backend.listStepAttempts({
        workflowRunId: run?.id ?? "",
        limit: 1_000,
        ...(after !== undefined && { after }),
      });
      turns += page.data.length;
      after = page.pagination.next ?? undefined;
      if (after === undefined) break;
    }
    await backend.stop();
    return turns;
  },
};
