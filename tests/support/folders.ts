import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** All files of this process: a test that fails, or stops a process, may leave some behind. */
const all = mkdtempSync(join(tmpdir(), "executus-tests-"));
process.once("exit", () => rmSync(all, { recursive: true, force: true, maxRetries: 5 }));

/** An empty folder, which is removed when this process ends. */
export function freshFolder(): string {
  return mkdtempSync(join(all, "folder-"));
}
