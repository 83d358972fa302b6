import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Databases } from "./databases.ts";

/** Files in a folder of their own. */
export function sqliteDatabases(): Databases {
  const folder = mkdtempSync(join(tmpdir(), "executus-peers-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  return {
    fresh(durable) {
      const file = join(folder, `${crypto.randomUUID()}.db`);
      return Promise.resolve({
        place: { database: file, durable },
        bytes() {
          const db = new DatabaseSync(file);
          db.exec("pragma wal_checkpoint(truncate)");
          db.close();
          return Promise.resolve(statSync(file).size);
        },
        [Symbol.asyncDispose]() {
          for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
          return Promise.resolve();
        },
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(remove()),
  };
}
