import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { npm } from "./commands.ts";
import { root } from "./published-packages.ts";

const version = "6.10.4";
/** Not among the dependencies of this repository: it has more of its own than all of them, for one script. */
const cache = join(root, "node_modules", ".cache", `verdaccio-${version}`);

/** A registry on this machine, for this process. */
export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
}

/** Starts a registry that keeps @executus/* to itself, and has everything else from the one that npm is set to. */
export async function startRegistry(folder: string): Promise<LocalRegistry> {
  await mkdir(folder, { recursive: true });
  const { stdout: upstream } = await npm(["config", "get", "registry"], { cwd: folder });
  const config = join(folder, "config.yaml");
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configOf(folder, upstream.trim())));
  await installOnce();
  const port = await freePort();

  const child = fork(
    join(cache, "node_modules/verdaccio/bin/verdaccio"),
    ["--config", config, "--listen", `127.0.0.1:${port}`],
    {
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  );
  const ended = once(child, "exit");
  const kill = (): void => void child.kill("SIGKILL");
  // Before its folder is removed.
  process.prependOnceListener("exit", kill);
  const url = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    kill();
    process.off("exit", kill);
    await ended;
  };

  // Its first message says that it listens.
  const [started] = await Promise.race([once(child, "message"), ended]);
  if (typeof started !== "object") throw new Error("The registry ended before it listened.");
  return { url, [Symbol.asyncDispose]: stop };
}

async function installOnce(): Promise<void> {
  if (existsSync(join(cache, "node_modules/verdaccio/package.json"))) return;
  await mkdir(cache, { recursive: true });
  const manifest = {
    private: true,
    dependencies: { verdaccio: version },
    // It asks for a tag, "cjs", which mirrors of the registry do not all have.
    overrides: { "verdaccio-audit": { "node-fetch": "2.7.0" } },
  };
  await writeFile(join(cache, "package.json"), JSON.stringify(manifest));
  await npm(["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: cache,
  });
}

function configOf(folder: string, upstream: string): object {
  return {
    storage: join(folder, "storage"),
    auth: { htpasswd: { file: join(folder, "htpasswd") } },
    uplinks: { upstream: { url: upstream } },
    packages: {
      "@executus/*": { access: "$all", publish: "$all" },
      "**": { access: "$all", proxy: "upstream" },
    },
    web: { enable: false },
    log: { type: "stdout", format: "pretty", level: "error" },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
