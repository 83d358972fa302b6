import { setTimeout } from "node:timers/promises";
import { isMissing } from "@executus/test-servers";
import type { Missing } from "@executus/test-servers";
import { Client } from "pg";
import type { Databases, FreshDatabase } from "./databases.ts";
import { startPostgres } from "./postgres-server.ts";

/** Databases of a server that is there for them alone. */
export interface PostgresDatabases extends Databases {
  readonly version: string;
  /** The folder of the server's programs. */
  readonly programs: string;
}

export async function postgresDatabases(): Promise<PostgresDatabases | Missing> {
  const server = await startPostgres();
  if (isMissing(server)) return server;
  const admin = new Client(`${server.url}/postgres`);
  await admin.connect();
  const ask = async (query: string, ...values: readonly string[]): Promise<unknown> => {
    const { rows } = await admin.query<{ answer: unknown }>(query, [...values]);
    return rows[0]?.answer;
  };
  let databases = 0;
  return {
    version: String(await ask("select current_setting('server_version') as answer")),
    programs: server.programs,
    async fresh(durable) {
      databases += 1;
      const name = `peers_${databases}`;
      await ask(`create database ${name}`);
      await ask(`alter database ${name} set synchronous_commit = ${durable ? "on" : "off"}`);
      // So that none of it falls into what is measured.
      await ask("checkpoint");
      return freshDatabase(name, { database: `${server.url}/${name}`, durable }, ask);
    },
    async [Symbol.asyncDispose]() {
      await admin.end();
      await server[Symbol.asyncDispose]();
    },
  };
}

function freshDatabase(
  name: string,
  place: FreshDatabase["place"],
  ask: (query: string, ...values: readonly string[]) => Promise<unknown>,
): FreshDatabase {
  return {
    place,
    async bytes() {
      await ask("checkpoint");
      return Number(
        await ask("select pg_database_size($1) - pg_database_size('template1') as answer", name),
      );
    },
    async transactions() {
      // Sessions hand in what they have counted when they end.
      const sessions = "select count(*) as answer from pg_stat_activity where datname = $1";
      while (Number(await ask(sessions, name)) > 0) await setTimeout(20);
      return Number(
        await ask("select xact_commit as answer from pg_stat_database where datname = $1", name),
      );
    },
    async [Symbol.asyncDispose]() {
      await ask(`drop database ${name} with (force)`);
    },
  };
}
