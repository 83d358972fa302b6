import { realpath, stat } from "node:fs/promises";
import { UsageProblem } from "./problem.ts";

/**
 * The real path of a folder that may be given by a link.
 *
 * @throws {UsageProblem} if it is none, or cannot be read.
 */
export async function openFolder(path: string): Promise<string> {
  let root: string;
  try {
    root = await realpath(path);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageProblem(
      `${JSON.stringify(path)} ${code === "ENOENT" ? "does not exist" : `cannot be read (${code})`}.`,
    );
  }
  throw new UsageProblem(`${JSON.stringify(path)} is no folder.`);
}
