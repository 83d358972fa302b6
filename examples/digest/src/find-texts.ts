import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileProblem, Problem } from "./problem.ts";

/** The text files of a folder. */
export interface Texts {
  /** The folder, without links in its path. */
  readonly root: string;
  /** Relative to the folder, with `/` on every system, in order. */
  readonly paths: readonly string[];
}

/** Folders that tools write. */
const written = new Set(["node_modules", "dist", "out"]);
const extensions = /\.(?:md|txt)$/i;
const mostEntries = 100_000;
const mostTexts = 5_000;

/**
 * Finds the text files of a folder and the folders in it. It leaves out whatever is hidden, what tools write,
 * and the file `except`. It follows no links: what they lead to is either found anyway or outside.
 *
 * @throws {Problem} if the folder cannot be read, has no text, or is too large for one digest.
 */
export async function findTexts(folder: string, except?: string): Promise<Texts> {
  const root = await openFolder(folder);
  const left = except === undefined ? undefined : await realpath(except).catch(() => except);
  const paths: string[] = [];
  let entries = 0;
  for (const folders = [root]; ;) {
    const next = folders.pop();
    if (next === undefined) break;
    for (const entry of await list(next)) {
      const path = join(next, entry.name);
      entries += 1;
      if (entry.isDirectory() && isOpen(entry)) folders.push(path);
      if (entry.isFile() && isText(entry) && path !== left) paths.push(path);
    }
    if (entries > mostEntries || paths.length > mostTexts) throw tooLarge(folder);
  }
  if (paths.length === 0) throw new Problem(`There is no text (.md, .txt) in "${folder}".`);
  return { root, paths: paths.map((path) => relative(root, path).split(sep).join("/")).toSorted() };
}

async function openFolder(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw fileProblem(`Cannot read the folder "${folder}"`, error);
  }
  throw new Problem(`"${folder}" is no folder. Give the folder that it is in.`);
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileProblem(`Cannot read the folder "${folder}"`, error);
  }
}

function isOpen({ name }: Dirent): boolean {
  return !name.startsWith(".") && !written.has(name);
}

function isText({ name }: Dirent): boolean {
  return !name.startsWith(".") && extensions.test(name);
}

function tooLarge(folder: string): Problem {
  return new Problem(`"${folder}" is too large for one digest. Give a folder in it.`);
}
