import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

export interface CachedBuild {
  /** For people, and in the name of its folder. */
  readonly name: string;
  /** The folder of what it is built from: when a file in it changes, it is built again. */
  readonly sources: string;
  readonly cache: string;
  readonly build: (folder: string) => Promise<void>;
}

const underway = new Map<string, Promise<string>>();

/** The folder of something that is built once on a machine. */
export async function builtOnce(wanted: CachedBuild): Promise<string> {
  const folder = await folderOf(wanted);
  if (existsSync(folder)) return folder;
  const building = underway.get(folder) ?? build(wanted, folder);
  underway.set(folder, building);
  try {
    return await building;
  } finally {
    underway.delete(folder);
  }
}

/** Where it is, or will be. */
async function folderOf({ name, sources, cache }: CachedBuild): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of (await readdir(sources)).toSorted()) {
    hash.update(`\n${file}\n`).update(await readFile(join(sources, file)));
  }
  return join(cache, `${name}-${hash.digest("hex").slice(0, 12)}`);
}

async function build({ build: fill }: CachedBuild, folder: string): Promise<string> {
  await mkdir(join(folder, ".."), { recursive: true });
  // It appears as a whole or not at all, whoever is killed, and however many build it at once.
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    await fill(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}
