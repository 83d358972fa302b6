import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./fixtures.ts";

/** A file system of the test's own. */
export interface Mounted {
  readonly folder: string;
  /** Mounts it again, with other options. */
  remount(options: string): void;
}

/** A file system in memory, which is unmounted when the test is over. @returns `undefined` where this process may not mount any */
export function mountMemory(options: string): Mounted | undefined {
  const folder = join(temporaryFolder(), "mounted");
  mkdirSync(folder);
  if (!mount("-t", "tmpfs", "-o", options, "tmpfs", folder)) return undefined;
  // Runs before the folder around it is removed. Lazily: a store may still be open.
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
  return {
    folder,
    remount: (changed) =>
      void execFileSync("mount", ["-o", `remount,${changed}`, folder], { stdio: "ignore" }),
  };
}

function mount(...args: string[]): boolean {
  try {
    execFileSync("mount", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
