import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a machine has. */
export interface Surroundings {
  /** The folders with programs, as in `PATH`. */
  readonly path: string;
  /** Where is kept what was built or downloaded. */
  readonly cache: string;
}

export const thisMachine: Surroundings = {
  path: process.env["PATH"] ?? "",
  cache: fileURLToPath(new URL("../../../.cache", import.meta.url)),
};

/** The file of a program, if it is among those of the path. */
export function findProgram(name: string, { path }: Surroundings): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
