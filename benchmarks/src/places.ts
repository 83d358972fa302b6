import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "executus-benchmarks-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

let files = 0;

/** A file that nobody has used, on the disk of the temporary folder. It is gone when this process ends. */
export function freshFile(): string {
  files += 1;
  return join(folder, `${files}.sqlite`);
}
