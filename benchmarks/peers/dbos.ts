import { DBOS, DBOSClient } from "@dbos-inc/dbos-sdk";
import { isMessages, isOutput, messages, numbersTo, output, phases } from "./system.ts";
import type { Place, System } from "./system.ts";

/** A turn is a step of a workflow, and so is a phase. Workflows run at once, in the process that starts them. */
export const dbos: System = {
  name: "DBOS",
  database: "PostgreSQL",
  programs: {
    turns: {
      async run(place, turns, ends) {
        const chat = DBOS.registerWorkflow(
          async () => {
            for (const turn of numbersTo(turns)) {
              await DBOS.runStep(() => Promise.resolve(messages), { name: `turn-${turn}` });
              ends();
            }
          },
          { name: "chat" },
        );
        await launchAt(place);
        const handle = await DBOS.startWorkflow(chat, { workflowID: "chat" })();
        await handle.getResult();
        await DBOS.shutdown();
      },
      async readBack(place) {
        const client = await clientAt(place);
        const outputs = await outputsOf(client, "chat");
        await client.destroy();
        return outputs.filter(isMessages).length;
      },
    },
    phases: {
      async run(place, runs, ends) {
        const job = DBOS.registerWorkflow(
          async () => {
            for (const name of phases) await DBOS.runStep(() => Promise.resolve(output), { name });
          },
          { name: "job" },
        );
        await launchAt(place);
        for (const run of numbersTo(runs)) {
          const handle = await DBOS.startWorkflow(job, { workflowID: `${run}` })();
          await handle.getResult();
          ends();
        }
        await DBOS.shutdown();
      },
      async readBack(place, runs) {
        const client = await clientAt(place);
        let whole = 0;
        for (const run of numbersTo(runs)) {
          const outputs = await outputsOf(client, `${run}`);
          if (outputs.filter(isOutput).length === phases.length) whole += 1;
        }
        await client.destroy();
        return whole;
      },
    },
  },
};

async function launchAt({ database }: Place): Promise<void> {
  DBOS.setConfig({ name: "peers", systemDatabaseUrl: database, logLevel: "error" });
  await DBOS.launch();
}

function clientAt({ database }: Place): Promise<DBOSClient> {
  return DBOSClient.create({ systemDatabaseUrl: database });
}

/** What the steps of a workflow put out. */
async function outputsOf(client: DBOSClient, id: string): Promise<readonly unknown[]> {
  return ((await client.listWorkflowSteps(id)) ?? []).map(({ output: saved }) => saved);
}
