import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { startWatched } from "./watched-process.ts";
import type { WatchedProcess } from "./watched-process.ts";

/** A database server of one's own. */
export interface TestServer extends AsyncDisposable {
  /** Which program it is, for people. */
  readonly name: string;
  readonly url: string;
  /** Kills it with SIGKILL, and resolves when it is gone. Its data stays. */
  kill(): Promise<void>;
  /** Starts it again, at the same port with the same data, and resolves when it is ready. Nothing happens while it runs. */
  start(): Promise<void>;
  /** Stops its process where it is (SIGSTOP): connections stay open, and nothing answers. */
  pause(): void;
  /** Lets it go on. */
  resume(): void;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** How to run a kind of server. */
export interface Recipe {
  readonly name: string;
  readonly url: (port: number) => string;
  readonly command: (
    port: number,
    dataFolder: string,
  ) => readonly [command: string, ...args: string[]];
  readonly isReady: (url: string) => Promise<boolean>;
}

/** A server that does not start, and the last line that it printed. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** @throws {@link StartError} */
export async function startServer(recipe: Recipe): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "executus-server-"));
  const data = join(folder, "data");
  const log = join(folder, "log");
  const launch = async (port: number): Promise<WatchedProcess> => {
    const server = await startWatched(recipe.command(port, data), { folder, log });
    await untilReady(recipe, port, server, log);
    return server;
  };

  try {
    await mkdir(data);
    const { port, server } = await onSomePort(launch);
    return controls(recipe, { port, folder, launch }, server);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Place {
  readonly port: number;
  readonly folder: string;
  readonly launch: (port: number) => Promise<WatchedProcess>;
}

function controls(
  { name, url }: Recipe,
  { port, folder, launch }: Place,
  first: WatchedProcess,
): TestServer {
  let server = first;
  let stopped = false;
  const stop = async (): Promise<void> => {
    stopped = true;
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  };

  return {
    name,
    url: url(port),
    kill: () => server.kill(),
    start: async () => {
      if (stopped) throw new Error(`"${name}" is stopped and its data removed. Start a new one.`);
      if (!server.running) server = await launch(port);
    },
    pause: () => server.signal("SIGSTOP"),
    resume: () => server.signal("SIGCONT"),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Another process may have taken the port since it was found free. */
async function onSomePort(
  launch: (port: number) => Promise<WatchedProcess>,
  attempts = 3,
): Promise<{ port: number; server: WatchedProcess }> {
  const port = await freePort();
  try {
    return { port, server: await launch(port) };
  } catch (error) {
    if (attempts === 1) throw error;
    return onSomePort(launch, attempts - 1);
  }
}

/** A busy machine takes its time. */
const readyWithinMs = 60_000;

async function untilReady(
  { name, url, isReady }: Recipe,
  port: number,
  server: WatchedProcess,
  log: string,
): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  while (server.running && Date.now() < deadline) {
    // Whoever answers may be another one, if this one has ended.
    if ((await isReady(url(port))) && server.running) return;
    await setTimeout(25);
  }
  await server.kill();
  const printed = (await readFile(log, "utf8")).trim().split("\n").at(-1);
  throw new StartError(`${name} does not start (${printed || "it prints nothing"})`);
}
