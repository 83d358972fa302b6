import { existsSync, statSync } from "node:fs";
import { filesDiffer } from "./errors.ts";

/** Does work on a database, and makes sure that it was in the files that are meant. */
export type InFiles = <Result>(work: () => Result) => Result;

/** For what is not in files. */
export const anywhere: InFiles = (work) => work();

/**
 * Milliseconds between two looks at which file the write-ahead log is; in between, whether there is one has to do. A look asks for
 * the file's times too, and Linux (from 6.13 on) then has to record them anew with the next write: a fifth of what a save takes.
 */
const betweenLooksMs = 1000;

/**
 * Looks whether a database is still where it was opened. SQLite goes on without a word in files that were deleted, moved or
 * replaced: what it then acknowledges is lost with the process, and whoever opens the name anew finds another database.
 *
 * @param file - its full path, once its write-ahead log is there: neither changes its inode while a connection is open.
 * @param name - for messages.
 */
export function inFilesOf(file: string, name: string): InFiles {
  const log = `${file}-wal`;
  const [ownFile, ownLog] = [lookAt(file)?.ino, lookAt(log)?.ino];
  let wereRight = true;
  let lookedAt = -Infinity;

  const isLogOurs = (): boolean => {
    const now = performance.now();
    if (wereRight && now - lookedAt < betweenLooksMs) return existsSync(log);
    lookedAt = now;
    return lookAt(log)?.ino === ownLog;
  };

  const whatIsWrong = (): string | undefined => {
    const found = lookAt(file);
    if (found === undefined || found.ino !== ownFile) {
      return "was deleted, moved or replaced while it was open. Put its files back as they were, or start this process again.";
    }
    // The switch to the write-ahead log has written the first page.
    if (found.size === 0n) return "was emptied while it was open. Restore it from a backup.";
    if (ownLog !== undefined && !isLogOurs()) {
      return 'lost its write-ahead log, the file that ends in "-wal", while it was open. Put it back, or start this process again.';
    }
    return undefined;
  };

  return (work) => {
    const before = wereRight ? undefined : whatIsWrong();
    if (before !== undefined) throw filesDiffer(name, before, "not applied");
    const result = work();
    // Afterwards, so that what is acknowledged was in the right files at that moment.
    const after = whatIsWrong();
    wereRight = after === undefined;
    if (after !== undefined) throw filesDiffer(name, after, "unknown fate");
    return result;
  };
}

function lookAt(file: string): { readonly ino: bigint; readonly size: bigint } | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false });
}
