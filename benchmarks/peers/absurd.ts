import { Absurd } from "absurd-sdk";
import { Client } from "pg";
import { isMessages, isOutput, messages, numbersTo, output, phases } from "./system.ts";
import type { Place, System } from "./system.ts";

/** A turn is a step of a task, and so is a phase. Its schema is in the database: see absurd-schema.ts. */
export const absurd: System = {
  name: "Absurd",
  database: "PostgreSQL",
  programs: {
    turns: {
      async run({ database }, turns, ends) {
        const app = new Absurd({ db: database });
        await app.createQueue();
        app.registerTask({ name: "chat" }, async (_params, task) => {
          for (const turn of numbersTo(turns)) {
            await task.step(`turn-${turn}`, () => Promise.resolve(messages));
            ends();
          }
        });
        await app.spawn("chat", {});
        await app.workBatch();
        await app.close();
      },
      async readBack(place) {
        return (await checkpointsOfTasks(place)).flat().filter(isMessages).length;
      },
    },
    phases: {
      /** Its worker looks for tasks every 0.25 s. Here it is told to look at once. */
      async run({ database }, runs, ends) {
        const app = new Absurd({ db: database });
        await app.createQueue();
        app.registerTask({ name: "job" }, async (_params, task) => {
          for (const name of phases) await task.step(name, () => Promise.resolve(output));
        });
        for (let run = 1; run <= runs; run += 1) {
          await app.spawn("job", {});
          await app.workBatch();
          ends();
        }
        await app.close();
      },
      async readBack(place) {
        const found = await checkpointsOfTasks(place);
        return found.filter((states) => states.filter(isOutput).length === phases.length).length;
      },
    },
  },
};

/** What another attempt of each task reads. The SDK has no door to it. */
async function checkpointsOfTasks({ database }: Place): Promise<readonly (readonly unknown[])[]> {
  const client = new Client(database);
  await client.connect();
  const { rows: tasks } = await client.query<{ task_id: string; last_attempt_run: string }>(
    "select task_id, last_attempt_run from absurd.t_default where state = 'completed'",
  );
  const found: (readonly unknown[])[] = [];
  for (const { task_id, last_attempt_run } of tasks) {
    const { rows } = await client.query<{ state: unknown }>(
      "select state from absurd.get_task_checkpoint_states('default', $1, $2)",
      [task_id, last_attempt_run],
    );
    found.push(rows.map(({ state }) => state));
  }
  await client.end();
  return found;
}
