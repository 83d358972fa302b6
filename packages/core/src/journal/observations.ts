import type { Runtime } from "../runtime.ts";

/**
 * Remembers since when things have looked the same, on this process's own clock: so that a lease ends for one who waits
 * a whole lease, whatever any wall clock says.
 */
export class Observations {
  readonly #seen = new Map<string, { readonly what: string; readonly since: number }>();
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Takes note of how `key` looks. @returns for how many milliseconds it has looked the same. */
  unchangedFor(key: string, what: string): number {
    const now = this.#runtime.monotonic();
    const before = this.#seen.get(key);
    if (before?.what === what) return now - before.since;
    this.#seen.delete(key);
    this.#seen.set(key, { what, since: now });
    // The oldest are forgotten first: at worst, somebody waits one lease longer.
    if (this.#seen.size > 100_000) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    return 0;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
