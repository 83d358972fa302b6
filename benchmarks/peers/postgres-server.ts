import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Missing } from "@executus/test-servers";

/** A PostgreSQL of one's own, with the settings that it has by default: `fsync` is on. */
export interface PostgresServer extends AsyncDisposable {
  /** The URL of its databases, without the name of one. */
  readonly url: string;
  /** The folder of its programs. */
  readonly programs: string;
}

/**
 * Makes a cluster in a new folder, runs it until its input ends, and removes it: however this process ends, no server is left.
 *
 *     sh -c … folder-of-the-programs folder port
 */
const script = `
  "$0/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C >"$1/log" &&
  "$0/pg_ctl" -D "$1/data" -l "$1/log" -w -o "-p $2 -h 127.0.0.1 -k ''" start >>"$1/log" &&
  echo ready && read -r _
  "$0/pg_ctl" -D "$1/data" -m immediate stop >>"$1/log" 2>&1
  rm -rf "$1"`;

export async function startPostgres(): Promise<PostgresServer | Missing> {
  const programs = findPrograms();
  if (programs === undefined) return { missing: 'there is no "initdb" and "pg_ctl"' };
  const user = otherUser();
  if (user === undefined) {
    return { missing: "it does not run as root, and there is no user postgres or nobody" };
  }
  const folder = mkdtempSync(join(tmpdir(), "executus-postgres-"));
  if (user !== "this") chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const server = spawn("/bin/sh", ["-c", script, programs, folder, `${port}`], {
    ...(user !== "this" && user),
    cwd: folder,
    // Out of the reach of Ctrl-C, which would end it before it has removed its folder.
    detached: true,
  });
  const ended = once(server, "exit");
  const complaints = text(server.stderr);
  const [first] = (await Promise.race([once(server.stdout, "data"), ended])) as unknown[];
  if (!String(first).startsWith("ready")) {
    rmSync(folder, { recursive: true, force: true });
    return { missing: `it does not start (${(await complaints).trim().split("\n").at(-1)})` };
  }
  return {
    url: `postgresql://postgres@127.0.0.1:${port}`,
    programs,
    async [Symbol.asyncDispose]() {
      server.stdin.end();
      await ended;
    },
  };
}

/** Those on the path, or else the newest where Debian puts them. */
function findPrograms(): string | undefined {
  const installed = globSync("/usr/lib/postgresql/*/bin").toSorted((a, b) =>
    b.localeCompare(a, "en", { numeric: true }),
  );
  return [...(process.env["PATH"] ?? "").split(delimiter), ...installed].find((folder) =>
    ["initdb", "pg_ctl"].every((program) => existsSync(join(folder, program))),
  );
}

/** Who runs the server: it refuses to run as root. */
function otherUser(): "this" | { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return "this";
  for (const name of ["postgres", "nobody"]) {
    try {
      const [uid, gid] = ["-u", "-g"].map((which) =>
        Number(execFileSync("id", [which, name], { stdio: "pipe" })),
      );
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // There is no such user.
    }
  }
  return undefined;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
