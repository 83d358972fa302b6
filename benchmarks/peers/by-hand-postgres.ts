import { Client } from "pg";
import { messages, numbersTo, output, phases } from "./system.ts";
import type { Place, System } from "./system.ts";

/** The least that it can be on PostgreSQL: one prepared insert for each turn, or phase. */
export const byHandPostgres: System = {
  name: "An insert by hand",
  database: "PostgreSQL",
  programs: {
    turns: {
      async run(place, turns, ends) {
        const client = await connect(place);
        for (const turn of numbersTo(turns)) {
          await insert(client, "chat", turn, messages);
          ends();
        }
        await client.end();
      },
      async readBack(place) {
        const client = await connect(place);
        const { rows } = await client.query(
          "select data from saved where run = 'chat' order by seq",
        );
        await client.end();
        return rows.length;
      },
    },
    phases: {
      async run(place, runs, ends) {
        const client = await connect(place);
        for (const run of numbersTo(runs)) {
          for (const [seq] of phases.entries()) await insert(client, `${run}`, seq, output);
          ends();
        }
        await client.end();
      },
      async readBack(place) {
        const client = await connect(place);
        const { rows } = await client.query("select data from saved order by run, seq");
        await client.end();
        return rows.length / phases.length;
      },
    },
  },
};

async function connect({ database }: Place): Promise<Client> {
  const client = new Client(database);
  await client.connect();
  await client.query(`create table if not exists saved
    (run text not null, seq integer not null, data text not null, primary key (run, seq))`);
  return client;
}

async function insert(client: Client, run: string, seq: number, data: unknown): Promise<void> {
  await client.query({
    name: "insert",
    text: "insert into saved values ($1, $2, $3)",
    values: [run, seq, JSON.stringify(data)],
  });
}
