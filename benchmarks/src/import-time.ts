import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Milliseconds until packages are loaded, as they are found from a folder, in a process of their own. */
export async function importTime(folder: string, names: readonly string[]): Promise<number> {
  const program = `const start = performance.now();
    for (const name of ${JSON.stringify(names)}) await import(name);
    console.log(performance.now() - start);`;
  const args = ["--input-type=module", "--no-warnings", "--eval", program];
  const { stdout } = await execute(process.execPath, args, { cwd: folder });
  return Number(stdout);
}
