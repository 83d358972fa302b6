import type { TestProject } from "vitest/node";
import { failInCi, isMissing } from "./missing.ts";
import type { Missing } from "./missing.ts";
import type { TestServer } from "./test-server.ts";

/** Where tests find a server, or why there is none. */
export type ProvidedServer = { readonly url: string } | Missing;

declare module "vitest" {
  interface ProvidedContext {
    mongo: ProvidedServer;
    dynamo: ProvidedServer;
  }
}

export interface SharedServer {
  readonly kind: "mongo" | "dynamo";
  /** The variable of the environment that names a server to use instead. */
  readonly variable: `EXECUTUS_TEST_${string}`;
  readonly start: () => Promise<TestServer | Missing>;
}

interface Shared {
  users: number;
  readonly server: Promise<TestServer | Missing>;
}

// Every project of a run loads this module anew, in one process.
const key = Symbol.for("executus.test-servers");
const holder = globalThis as { [key]?: Map<string, Shared> };
const shared = (holder[key] ??= new Map());

/** Provides one server to the projects of a run that ask for it. The last one to end stops it. */
export async function provideServer(
  project: Pick<TestProject, "provide">,
  { kind, variable, start }: SharedServer,
): Promise<() => Promise<void>> {
  const url = process.env[variable];
  if (url) {
    project.provide(kind, { url });
    return async () => {};
  }
  const use = shared.get(kind) ?? { users: 0, server: announced(kind, start) };
  shared.set(kind, use);
  use.users += 1;
  const server = await use.server;
  if (isMissing(server)) failInCi(server);
  project.provide(kind, isMissing(server) ? server : { url: server.url });

  return async () => {
    use.users -= 1;
    if (use.users > 0) return;
    shared.delete(kind);
    if (!isMissing(server)) await server.stop();
  };
}

async function announced(
  kind: string,
  start: SharedServer["start"],
): Promise<TestServer | Missing> {
  const server = await start();
  console.warn(isMissing(server) ? server.missing : `${kind}: ${server.name}, ${server.url}`);
  return server;
}
