import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { root } from "./pages.ts";
import type { Program } from "./programs.ts";

/**
 * Compiles the programs of a folder at once, under the settings of the repository. TypeScript 7 has no API: it is run.
 *
 * @returns what it says about them, each line beginning with the page and the line.
 */
export function compile(folder: string, programs: readonly Program[]): string[] {
  const settings = join(folder, "tsconfig.json");
  const base = relative(folder, join(root, "tsconfig.base.json"));
  writeFileSync(settings, JSON.stringify({ extends: base, include: ["**/*.ts"] }));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [compiler, "--project", settings, "--pretty", "false"],
    { cwd: root, encoding: "utf8" },
  );
  const errors = [...stdout.matchAll(/^(\S.*)\((\d+),\d+\): error (.*(?:\n .*)*)/gm)];
  if (status !== 0 && errors.length === 0) throw new Error(stdout + stderr);
  const pages = new Map(programs.map(({ file, page }) => [file, page]));
  return errors.flatMap(([, path = "", line, message]) => {
    const page = pages.get(resolve(root, path));
    // What is wrong in the sources is not said here.
    return page === undefined ? [] : `${page}:${line}: ${message}`;
  });
}
