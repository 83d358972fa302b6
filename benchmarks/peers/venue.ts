import { isMissing } from "@executus/test-servers";
import { absurdSchema } from "./absurd-schema.ts";
import { contenders } from "./contenders.ts";
import type { Contender } from "./contenders.ts";
import type { FreshDatabase } from "./databases.ts";
import { postgresDatabases } from "./postgres-databases.ts";
import { sqliteDatabases } from "./sqlite-databases.ts";
import { systems } from "./systems.ts";

/** Where the contenders run that can run on this machine. */
export interface Venue extends AsyncDisposable {
  readonly contenders: readonly Contender[];
  /** One line for each thing that there is not: who is left out, and why. */
  readonly leftOut: readonly string[];
  readonly versions: readonly string[];
  /** An empty database, with the schema of those who do not lay it themselves. */
  fresh(contender: Contender): Promise<FreshDatabase>;
}

export async function openVenue(): Promise<Venue> {
  await using opening = new AsyncDisposableStack();
  const sqlite = opening.use(sqliteDatabases());
  const postgres = await postgresDatabases();
  if (isMissing(postgres)) {
    const leftOut = [`Without the peers on PostgreSQL: ${postgres.missing}.`];
    const closing = opening.move();
    return {
      contenders: contenders.filter(({ system }) => systems[system].database === "SQLite"),
      leftOut,
      versions: [],
      fresh: ({ durable }) => sqlite.fresh(durable),
      [Symbol.asyncDispose]: () => closing.disposeAsync(),
    };
  }
  opening.use(postgres);
  const schema = await absurdSchema(postgres.programs);
  if (!isMissing(schema)) opening.use(schema);
  const closing = opening.move();
  return {
    contenders: contenders.filter(({ system }) => system !== "absurd" || !isMissing(schema)),
    leftOut: isMissing(schema) ? [`Without Absurd: ${schema.missing}.`] : [],
    versions: [`PostgreSQL ${postgres.version}`],
    async fresh({ system, durable }) {
      if (systems[system].database === "SQLite") return sqlite.fresh(durable);
      const database = await postgres.fresh(durable);
      if (system === "absurd" && !isMissing(schema)) await schema.lay(database.place.database);
      return database;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}
