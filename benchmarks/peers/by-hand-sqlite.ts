import { DatabaseSync } from "node:sqlite";
import { messages, numbersTo, output, phases } from "./system.ts";
import type { Place, System } from "./system.ts";

/** The least that it can be on SQLite: one prepared insert for each turn, or phase. */
export const byHandSqlite: System = {
  name: "An insert by hand",
  database: "SQLite",
  programs: {
    turns: {
      async run(place, turns, ends) {
        using db = open(place);
        const insert = db.prepare("insert into saved values (?, ?, ?)");
        for (const turn of numbersTo(turns)) {
          insert.run("chat", turn, JSON.stringify(messages));
          ends();
        }
      },
      async readBack(place) {
        using db = open(place);
        return db.prepare("select data from saved where run = 'chat' order by seq").all().length;
      },
    },
    phases: {
      async run(place, runs, ends) {
        using db = open(place);
        const insert = db.prepare("insert into saved values (?, ?, ?)");
        for (const run of numbersTo(runs)) {
          for (const [seq] of phases.entries()) insert.run(`${run}`, seq, JSON.stringify(output));
          ends();
        }
      },
      async readBack(place) {
        using db = open(place);
        return db.prepare("select data from saved order by run, seq").all().length / phases.length;
      },
    },
  },
};

function open({ database, durable }: Place): DatabaseSync {
  const db = new DatabaseSync(database);
  db.exec(`pragma journal_mode = wal; pragma synchronous = ${durable ? "full" : "normal"};
    create table if not exists saved
      (run text not null, seq integer not null, data text not null, primary key (run, seq)) strict`);
  return db;
}
