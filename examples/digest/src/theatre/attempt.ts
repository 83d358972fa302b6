import type { Digest } from "../checks.ts";
import type { Telling } from "./messages.ts";

/** What became of a phase in one attempt. */
export interface PhaseRow {
  readonly name: string;
  readonly state: "running" | "done" | "skipped" | "killed" | "failed";
  readonly done: number;
  readonly total: number;
}

/** One attempt, as far as its process has told of it. */
export class Attempt {
  readonly number: number;
  readonly rows: PhaseRow[] = [];
  /** When this attempt had the run, by this process's own clock. */
  begunAt: number | undefined;
  digest: Digest | undefined;
  problem: string | undefined;

  constructor(number: number) {
    this.number = number;
  }

  /** The phase that is being worked on. */
  get running(): PhaseRow | undefined {
    const last = this.rows.at(-1);
    return last?.state === "running" ? last : undefined;
  }

  /** Takes note of what the process tells. @returns the row that is new or different */
  note(telling: Telling): PhaseRow | undefined {
    switch (telling.type) {
      case "attempt":
        if (telling.attempt === this.number) this.begunAt = performance.now();
        return undefined;
      case "progress": {
        const { phase, done, total } = telling;
        return this.#put({ name: phase, state: "running", done, total });
      }
      case "completed": {
        const { done = 0, total = 0 } = this.running ?? {};
        // What was completed before this attempt had the run was completed by an earlier one.
        const state = this.begunAt === undefined ? "skipped" : "done";
        return this.#put({ name: telling.name, state, done, total });
      }
      case "result":
        this.digest = telling.digest;
        return undefined;
      case "problem":
        this.problem = telling.text;
        return this.stop("failed");
    }
  }

  /** The phase that was being worked on got no further. */
  stop(state: "killed" | "failed"): PhaseRow | undefined {
    return this.running && this.#put({ ...this.running, state });
  }

  #put(row: PhaseRow): PhaseRow {
    if (this.running !== undefined) this.rows.pop();
    this.rows.push(row);
    return row;
  }
}
