import type { Dirent } from "node:fs";
import { opendir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isLeftOut, resolveInside } from "./confinement.ts";
import { Refusal, refusalOf } from "./refusal.ts";

/** The files of a folder and of the folders in it. */
export interface Files {
  /** Relative to the root, with `/` on every system, in order. */
  readonly paths: readonly string[];
  /** What was not looked at, in words. */
  readonly notes: readonly string[];
}

const mostEntries = 10_000;
const mostLevels = 32;

/**
 * Finds the files of a folder. Links are not followed: what they lead to is found anyway, or is outside.
 *
 * @throws {Refusal} if the path leads to no folder inside the root.
 */
export async function findFiles(root: string, path: string, signal: AbortSignal): Promise<Files> {
  const start = await resolveInside(root, path);
  const paths: string[] = [];
  const folders = [start];
  let [entries, closed, tooDeep] = [0, 0, 0];
  for (const folder of folders) {
    if (entries > mostEntries) break;
    const listed = await list(folder, mostEntries + 1 - entries).catch((error: unknown) => {
      if (folder === start) throw refusalOf(path, error);
      closed += 1;
      return [];
    });
    signal.throwIfAborted();
    entries += listed.length;
    const open = listed.filter(({ name }) => !isLeftOut(name));
    const names = open.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
    paths.push(...names.map((name) => relative(root, name).split(sep).join("/")));
    const inner = open.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
    if (relative(start, folder).split(sep).length < mostLevels) folders.push(...inner);
    else tooDeep += inner.length;
  }
  const notes: string[] = [];
  if (entries > mostEntries) {
    notes.push(`Only the first ${mostEntries} entries were looked at: name a folder.`);
  }
  if (closed > 0) notes.push(`Folders that cannot be read: ${closed}.`);
  if (tooDeep > 0) notes.push(`Folders too deep to be looked at: ${tooDeep}.`);
  return { paths: paths.toSorted(), notes };
}

/**
 * So many entries of a folder, if it still lies where it was found. Whoever swaps it there and back in the right instants
 * may have names of another one listed; what they name is not opened.
 */
async function list(folder: string, most: number): Promise<Dirent[]> {
  const listed: Dirent[] = [];
  const directory = await opendir(folder, { bufferSize: 1_000 });
  try {
    if ((await realpath(folder)) !== folder) throw new Refusal("The folder was replaced.");
    for (;;) {
      const entry = listed.length < most ? await directory.read() : null;
      if (entry === null) return listed;
      listed.push(entry);
    }
  } finally {
    await directory.close();
  }
}
