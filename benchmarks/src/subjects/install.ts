import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { exactly } from "../benchmark.ts";
import type { Benchmark, Row } from "../benchmark.ts";

const execute = promisify(execFile);
const root = dirname(dirname(dirname(import.meta.dirname)));
const peers = join(root, "benchmarks/peers/package.json");

/** What is installed for durable runs on SQLite: packages, and bytes. Needs a package registry. */
export const install: Benchmark = {
  name: "install",
  title: "What is installed for durable runs on SQLite",
  async run() {
    const pinned = (JSON.parse(await readFile(peers, "utf8")) as Manifest).dependencies;
    const pin = (...names: readonly string[]) => names.map((name) => `${name}@${pinned[name]}`);
    const langgraph = ["@langchain/core", "@langchain/langgraph"];
    return {
      rows: [
        ...rowsOf("Executus", await installed(await packed())),
        ...rowsOf("OpenWorkflow", await installed(pin("openworkflow"))),
        ...rowsOf(
          "LangGraph with its SQLite saver",
          await installed(pin(...langgraph, "@langchain/langgraph-checkpoint-sqlite")),
        ),
      ],
    };
  },
};

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Installed {
  readonly packages: number;
  readonly bytes: number;
}

function rowsOf(name: string, { packages, bytes }: Installed): Row[] {
  return [
    { what: `${name}: packages`, unit: "packages", value: exactly(packages) },
    { what: `${name}: size`, unit: "MiB", value: exactly(bytes / 1024 / 1024) },
  ];
}

/** The tarballs of core and adapter-sqlite, as they would be published. */
async function packed(): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "executus-packed-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const names = ["core", "adapter-sqlite"].map((name) => `--workspace=@executus/${name}`);
  await execute("npm", ["pack", "--pack-destination", folder, ...names], { cwd: root });
  return (await readdir(folder)).map((file) => join(folder, file));
}

async function installed(specs: readonly string[]): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), "executus-install-"));
  try {
    await writeFile(join(folder, "package.json"), "{}");
    const how = ["install", "--ignore-scripts", "--no-audit", "--no-fund"];
    await execute("npm", [...how, ...specs], { cwd: folder });
    const lock = await readFile(join(folder, "node_modules/.package-lock.json"), "utf8");
    const { packages } = JSON.parse(lock) as { readonly packages: object };
    return { packages: Object.keys(packages).length, bytes: await sizeOf(folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
