import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execute, npm } from "../../tools/commands.ts";
import { root } from "../../tools/published-packages.ts";
import { packAll, packAs } from "./packs.ts";
import type { Pack } from "./packs.ts";

/** A project of somebody else's, in which the packed packages are installed. */
export interface World extends AsyncDisposable {
  readonly packs: readonly Pack[];
  /** Its folder, which has the programs of `app/` and, as `readme.ts`, that of the front page. */
  readonly project: string;
  /** An empty folder in the project. */
  scratch(): Promise<string>;
  /** Where this Node.js is, or why it is not there. */
  node(version: string): Promise<{ readonly path: string } | { readonly missing: string }>;
}

/** The oldest that the packages support, and a late one of its line. */
const installedNodes = ["22.13.0", "22.23.3"];
/** One more, for hosted CI: a path. */
const givenNode = process.env["EXECUTUS_TEST_NODE"];
/** All that programs are run on; the third is the one that runs this. */
export const nodeVersions: readonly string[] = [
  ...installedNodes,
  process.versions.node,
  ...(givenNode === undefined ? [] : [givenNode]),
];

export const typescripts = ["5.9.3", "7.0.2"] as const;

export async function makeWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "executus-consumer-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const project = join(folder, "project");
    await mkdir(project);
    const packs = await packAll(folder);
    await writeManifest(project, packs, folder);
    await writePrograms(project);
    await npm(["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], {
      cwd: project,
    });
    await emit(project);
    return {
      packs,
      project,
      scratch: () => mkdtemp(join(project, "scratch-")),
      node: (version) => findNode(project, version),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeManifest(
  project: string,
  packs: readonly Pack[],
  folder: string,
): Promise<void> {
  const core = packs.find(({ name }) => name === "@executus/core");
  if (core === undefined) throw new Error("There is no core.");
  const other = await packAs("1000.0.0", core, folder);
  const platform = nodePlatform();
  const nodes = platform === undefined ? [] : installedNodes;
  const manifest = {
    private: true,
    type: "module",
    dependencies: {
      ...Object.fromEntries(packs.map(({ name, file }) => [name, `file:${file}`])),
      "executus-core-of-another-version": `file:${other}`,
      ...Object.fromEntries(
        typescripts.map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
      ),
      "@types/node": "24.19.2",
      zod: "4.6.7",
    },
    optionalDependencies: Object.fromEntries(
      nodes.map((version) => [`node-${version}`, `npm:node-${platform}@${version}`]),
    ),
  };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest, undefined, 2));
}

async function writePrograms(project: string): Promise<void> {
  await cp(fileURLToPath(new URL("app/", import.meta.url)), project, { recursive: true });
  const page = await readFile(join(root, "README.md"), "utf8");
  const program = /^```ts\n(.*?)^```$/ms.exec(page)?.[1];
  if (program === undefined) throw new Error("README.md has no program.");
  await writeFile(join(project, "readme.ts"), program);
}

/** Makes programs that a Node.js without support for types can run. That some of them are wrong is no obstacle. */
async function emit(project: string): Promise<void> {
  const options = ["--noEmit", "false", "--outDir", "out"];
  await execute(
    process.execPath,
    [...compiler("7.0.2"), "-p", "tsconfig.nodenext.json", ...options],
    { cwd: project },
  );
}

/** The arguments with which Node.js runs this TypeScript. */
export function compiler(version: (typeof typescripts)[number]): readonly string[] {
  return [join("node_modules", `typescript-${version}`, "bin", "tsc"), "--pretty", "false"];
}

/** What npm calls this platform's builds of Node.js; nothing where there are none. */
function nodePlatform(): string | undefined {
  const { platform, arch } = process;
  return platform === "linux" && (arch === "x64" || arch === "arm64") ? `linux-${arch}` : undefined;
}

async function findNode(
  project: string,
  version: string,
): Promise<{ readonly path: string } | { readonly missing: string }> {
  if (version === process.versions.node) return { path: process.execPath };
  if (version === givenNode) return { path: givenNode };
  if (nodePlatform() === undefined) {
    return { missing: `npm has Node.js ${version} for Linux on x64 and arm64 only` };
  }
  const path = join(project, "node_modules", `node-${version}`, "bin", "node");
  try {
    const { stdout } = await execute(path, ["--version"], { cwd: project });
    if (stdout.trim() === `v${version}`) return { path };
  } catch {
    // There is no such file, or it is for another libc.
  }
  return { missing: `Node.js ${version} could not be installed` };
}
