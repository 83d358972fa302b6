import type { Runtime } from "../runtime.ts";
import type { JournalRecord, RunRow } from "../store.ts";

interface Sight {
  readonly what: string;
  readonly since: number;
  seenAt: number;
}

/**
 * Remembers since when rows and last records have looked the same, on this process's own clock: so that a lease ends for
 * one who waits a whole lease, whatever any wall clock says.
 */
export class Observations {
  readonly #runtime: Runtime;
  /** What has not been looked at for so long is forgotten. */
  readonly #keepMs: number;
  readonly #sights = new Map<string, Sight>();
  #sweptAt: number;

  constructor(runtime: Runtime, keepMs: number) {
    this.#runtime = runtime;
    this.#keepMs = keepMs;
    this.#sweptAt = runtime.monotonic();
  }

  /** Takes note of a row. @returns for how many milliseconds it has looked the same */
  rowUnchangedFor({ id, incarnation, generation, owner, dueAt, updatedAt }: RunRow): number {
    const what = [incarnation, generation, owner, dueAt, updatedAt].join(" ");
    return this.#unchangedFor(`row ${id}`, what);
  }

  /** Takes note of a run's last record. @returns for how many milliseconds it has been the last */
  lastUnchangedFor(id: string, { nonce }: JournalRecord): number {
    return this.#unchangedFor(`last ${id}`, nonce);
  }

  forget(id: string): void {
    this.#sights.delete(`row ${id}`);
    this.#sights.delete(`last ${id}`);
  }

  #unchangedFor(key: string, what: string): number {
    const now = this.#runtime.monotonic();
    this.#forgetOld(now);
    const before = this.#sights.get(key);
    const since = before?.what === what ? before.since : now;
    this.#sights.set(key, { what, since, seenAt: now });
    return now - since;
  }

  #forgetOld(now: number): void {
    if (now - this.#sweptAt < this.#keepMs) return;
    this.#sweptAt = now;
    for (const [key, { seenAt }] of this.#sights) {
      if (now - seenAt >= this.#keepMs) this.#sights.delete(key);
    }
  }
}
