import { corruptRecord } from "./format.ts";
import type { OpenedRecord } from "./format.ts";

/** Records that come from a new owner, or make room for one. */
const raising: ReadonlySet<string> = new Set(["claim", "reopen"]);

/**
 * Checks that records may follow one another, from slot 1 on. What the protocol never writes is damage: one of another owner,
 * one after the end.
 */
export class RecordOrder {
  readonly #runId: string;
  #last: { readonly type: string; readonly generation: number } | undefined;

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** @throws `EXECUTUS_CORRUPT_RECORD` */
  check({ record }: OpenedRecord): void {
    const { seq, type, generation } = record;
    const problem = this.#problemOf(type, generation);
    if (problem !== undefined) throw corruptRecord(this.#runId, seq, problem);
    this.#last = { type, generation };
  }

  #problemOf(type: string, generation: number): string | undefined {
    const last = this.#last;
    if (last === undefined) return type === "begin" ? undefined : "is not the beginning of a run";
    if (type === "begin") return "cannot stand here";
    if (last.type === "complete") return "follows the end of the run";
    if (last.type === "fail" && type !== "reopen") return "follows the end of the run";
    if (type === "reopen" && last.type !== "fail") return "opens a run again that has not failed";
    const expected = last.generation + (raising.has(type) ? 1 : 0);
    return generation === expected ? undefined : "is of another owner than those before it tell";
  }
}
