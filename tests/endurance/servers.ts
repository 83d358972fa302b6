import { isMissing, startDynamo, startMongo } from "@executus/test-servers";
import type { Missing, TestServer } from "@executus/test-servers";
import { dynamoPlace, mongoPlace } from "../support/server-places.ts";
import { sqlitePlace } from "../support/stores.ts";
import type { SharedPlace } from "../support/stores.ts";

/** Where places are: on a server that was started for them, or in files. */
export interface Places extends AsyncDisposable {
  readonly name: string;
  /** The server, which may be killed and started again. None for files. */
  readonly server: TestServer | undefined;
  open(): SharedPlace & { readonly database?: string };
}

// The SDK of AWS wants some, also where nobody looks at them. Worker processes inherit them.
for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
  process.env[name] ??= "local";
}

/** @throws if there is no such kind of store, or its server is missing */
export async function startOf(kind: string): Promise<Places> {
  switch (kind) {
    case "sqlite":
      return {
        name: "SQLite",
        server: undefined,
        open: sqlitePlace,
        [Symbol.asyncDispose]: async () => {},
      };
    case "mongodb":
      return placesOn(await startMongo(), mongoPlace);
    case "dynamodb":
      return placesOn(await startDynamo({ onDisk: true }), dynamoPlace);
    default:
      throw new TypeError(`Expected "--store" to be sqlite, mongodb or dynamodb, got "${kind}".`);
  }
}

function placesOn(server: TestServer | Missing, placeOn: (url: string) => SharedPlace): Places {
  if (isMissing(server)) throw new Error(server.missing);
  return {
    name: server.name,
    server,
    open: () => placeOn(server.url),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
