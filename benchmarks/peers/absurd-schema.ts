import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Missing } from "@executus/test-servers";

const execute = promisify(execFile);

/** The tool that lays Absurd's schema: its SQL is not in the package of its SDK. */
export interface AbsurdSchema extends Disposable {
  /** Lays it in an empty database. */
  lay(url: string): Promise<void>;
}

/** Installs `absurdctl`, by the hash in requirements.txt. It calls `psql`. */
export async function absurdSchema(postgresPrograms: string): Promise<AbsurdSchema | Missing> {
  const folder = mkdtempSync(join(tmpdir(), "executus-absurd-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const requirements = join(import.meta.dirname, "requirements.txt");
  const how = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"];
  try {
    await execute("python3", [...how, "--target", folder, "--requirement", requirements]);
  } catch (error) {
    remove();
    const lines = (error as Error).message.split("\n");
    const reason = lines.find((line) => line.startsWith("ERROR")) ?? lines[0];
    return { missing: `pip does not install its "absurdctl" (${reason})` };
  }
  const path = `${postgresPrograms}${delimiter}${process.env["PATH"] ?? ""}`;
  const env = { ...process.env, PATH: path, PYTHONPATH: folder };
  return {
    async lay(url) {
      await execute(join(folder, "bin/absurdctl"), ["init", "-d", url], { env });
    },
    [Symbol.dispose]: remove,
  };
}
