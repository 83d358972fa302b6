/** What a user can put right: shown as one line, without a stack. */
export class Problem extends Error {
  override readonly name = "Problem";
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ELOOP: "its links go round in a circle",
  ENOENT: "it does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "it is no folder",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
};

/** Turns the file system's error into a problem that says what could not be done, and why. */
export function fileProblem(what: string, error: unknown): Problem {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new Problem(`${what}: ${reasons[code] ?? message}.`, { cause: error });
}

/** One line for a problem, also one that a run has recorded; for anything else, all that is known. */
export function explain(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name === "Problem") return each.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
