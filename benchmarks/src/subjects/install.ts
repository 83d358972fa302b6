import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { exactly } from "../benchmark.ts";
import type { Benchmark, Row, Spread } from "../benchmark.ts";
import { importTime } from "../import-time.ts";
import { interleaved } from "../interleaved.ts";

const execute = promisify(execFile);
const root = dirname(dirname(dirname(import.meta.dirname)));
const peers = join(root, "benchmarks/peers/package.json");

/**
 * What is installed for durable runs: packages, bytes, and the time to load them. Needs a package registry, and the packages
 * built: `npm run bench` does that.
 */
export const install: Benchmark = {
  name: "install",
  title: "What is installed for durable runs, and loaded",
  async run({ rounds }) {
    const pinned = (JSON.parse(await readFile(peers, "utf8")) as Manifest).dependencies;
    const pin = (...names: readonly string[]) => names.map((name) => `${name}@${pinned[name]}`);
    const saver = "@langchain/langgraph-checkpoint-sqlite";
    const all: Readonly<Record<string, Installed>> = {
      "Executus on SQLite": await installed(await packed(), [
        "@executus/core",
        "@executus/adapter-sqlite",
      ]),
      "OpenWorkflow on SQLite": await installed(pin("openworkflow"), [
        "openworkflow",
        "openworkflow/sqlite",
      ]),
      "LangGraph with its SQLite saver": await installed(
        pin("@langchain/core", "@langchain/langgraph", saver),
        ["@langchain/langgraph", saver],
      ),
      "OpenWorkflow on PostgreSQL": await installed(pin("openworkflow", "postgres"), [
        "openworkflow",
        "openworkflow/postgres",
      ]),
      "Absurd on PostgreSQL": await installed(pin("absurd-sdk", "pg"), ["absurd-sdk"]),
      "DBOS on PostgreSQL": await installed(pin("@dbos-inc/dbos-sdk"), ["@dbos-inc/dbos-sdk"]),
    };
    const subjects = Object.entries(all).map(([name, { load }]) => [name, load] as const);
    const measured = await interleaved(Object.fromEntries(subjects), rounds);
    return {
      rows: Object.entries(all).flatMap(([name, one]) => rowsOf(name, one, measured.of(name))),
    };
  },
};

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Installed {
  readonly packages: number;
  readonly bytes: number;
  /** Loads what a program imports. */
  readonly load: () => Promise<number>;
}

function rowsOf(name: string, { packages, bytes }: Installed, loading: Spread): Row[] {
  return [
    { what: `${name}: packages`, unit: "packages", value: exactly(packages) },
    { what: `${name}: size`, unit: "KiB", value: exactly(bytes / 1024) },
    { what: `${name}: loading`, unit: "ms", value: loading },
  ];
}

/** The tarballs of core and adapter-sqlite, as they would be published. */
async function packed(): Promise<readonly string[]> {
  const folder = await freshFolder("executus-packed-");
  const names = ["core", "adapter-sqlite"].map((name) => `--workspace=@executus/${name}`);
  await execute("npm", ["pack", "--pack-destination", folder, ...names], { cwd: root });
  return (await readdir(folder)).map((file) => join(folder, file));
}

async function installed(specs: readonly string[], imports: readonly string[]): Promise<Installed> {
  const folder = await freshFolder("executus-install-");
  await writeFile(join(folder, "package.json"), "{}");
  const how = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
  await execute("npm", [...how, ...specs], { cwd: folder });
  const lock = await readFile(join(folder, "node_modules/.package-lock.json"), "utf8");
  const { packages } = JSON.parse(lock) as { readonly packages: object };
  return {
    packages: Object.keys(packages).length,
    bytes: await sizeOf(folder),
    load: () => importTime(folder, imports),
  };
}

/** It is gone when this process ends. */
async function freshFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function sizeOf(folder: string): Promise<number> {
  const paths = await readdir(join(folder, "node_modules"), {
    recursive: true,
    withFileTypes: true,
  });
  const sizes = paths
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
