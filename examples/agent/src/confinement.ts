import { constants } from "node:fs";
import { lstat, open, readlink, realpath } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { isAbsolute, join, posix, relative, sep, win32 } from "node:path";
import { quote, Refusal, refusalOf } from "./refusal.ts";

// Windows has neither.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants as Partial<typeof constants>;

/** Hidden files may hold secrets, and `node_modules` is too much to read. */
export function isLeftOut(name: string): boolean {
  return name.startsWith(".") || name.toLowerCase() === "node_modules";
}

/**
 * Finds where a path of the model's leads.
 *
 * @param root - the folder, as `realpath` gives it.
 * @returns a path without links, inside the folder.
 * @throws {Refusal}
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  checkPath(path);
  let real: string;
  try {
    real = await realpath(join(root, path));
  } catch (error) {
    throw refusalOf(path, error);
  }
  const way = relative(root, real);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new Refusal(`${quote(path)} leads out of the folder.`);
  }
  if (way.split(sep).some(isLeftOut)) throw leftOut(path);
  return real;
}

/**
 * Opens a file inside the folder. What is opened is looked at once more after that: it does not help to put something
 * else into its place in between.
 *
 * @throws {Refusal}
 */
export async function openInside(root: string, path: string): Promise<FileHandle> {
  const real = await resolveInside(root, path);
  try {
    const before = await lstat(real, { bigint: true });
    // Some devices do something when they are opened.
    if (before.isDirectory()) throw new Refusal(`${quote(path)} is a folder: list it.`);
    if (!before.isFile()) throw new Refusal(`${quote(path)} is no ordinary file.`);
    // A pipe that has been put there must not make this wait for a writer.
    const handle = await open(real, (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK);
    try {
      const opened = await handle.stat({ bigint: true });
      // The number of a file that is gone may be given to whatever is made next.
      const isSame = opened.isFile() && opened.dev === before.dev && opened.ino === before.ino;
      if (!isSame || (await placeOf(handle, real)) !== real) {
        throw new Refusal(`${quote(path)} was replaced while it was opened.`);
      }
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw refusalOf(path, error);
  }
}

/** Where an open file lies: Linux tells it of the file itself, other systems only of its path. */
async function placeOf(handle: FileHandle, path: string): Promise<string> {
  if (process.platform === "linux") {
    const place = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
    if (place !== undefined) return place;
  }
  return realpath(path);
}

function checkPath(path: string): void {
  if (path.includes("\0")) throw new Refusal(`${quote(path)} has a NUL in it.`);
  if (posix.isAbsolute(path) || win32.isAbsolute(path) || /^[a-z]:/i.test(path)) {
    throw new Refusal(`${quote(path)} is absolute. Paths are relative to the folder.`);
  }
  const segments = path.split(/[/\\]/).filter((segment) => segment !== "." && segment !== "");
  if (segments.includes("..")) throw new Refusal(`${quote(path)} leads out of the folder.`);
  if (segments.some(isLeftOut)) throw leftOut(path);
}

function leftOut(path: string): Refusal {
  return new Refusal(
    `${quote(path)} is left out: hidden files, hidden folders and node_modules are not read.`,
  );
}
