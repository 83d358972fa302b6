/** What a tool does not do, and why. The model reads it, so it names nothing but what the model has named. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "must not be read",
  EISDIR: "is a folder",
  ELOOP: "is a link that goes round in a circle, or became one while it was opened",
  ENAMETOOLONG: "has a name that is too long",
  ENOENT: "does not exist",
  ENOTDIR: "does not exist: a part of its path is no folder",
  EPERM: "must not be read",
};

/** The file system's own messages name the folder, which the model has no need to know. */
export function refusalOf(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof Refusal || code === undefined) return error;
  return new Refusal(`${quote(path)} ${reasons[code] ?? `cannot be read (${code})`}.`);
}

/** A path in quotes, on one line, however long it is. */
export function quote(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}
