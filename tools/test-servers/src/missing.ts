/** What takes the place of a server that cannot be had. */
export interface Missing {
  /** One line: what there is not, and what to install or to set. */
  readonly missing: string;
}

export function isMissing(found: object): found is Missing {
  return "missing" in found;
}

/**
 * The server, or the test is skipped aloud. In CI it fails: there, nothing may be missing.
 *
 * @example
 * test("…", async ({ skip }) => {
 *   await using server = serverOrSkip(await startMongo(), skip);
 * });
 */
export function serverOrSkip<Server extends object>(
  found: Server | Missing,
  skip: (reason: string) => never,
): Server {
  if (!isMissing(found)) return found;
  failInCi(found);
  return skip(found.missing);
}

/** @throws what is missing, where `CI` is set */
export function failInCi({ missing }: Missing): void {
  if (process.env["CI"]) throw new Error(missing);
}
