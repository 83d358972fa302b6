import type { JournalRecord } from "@executus/core";

/** A claim, as the simulation saw it being made. */
export interface Claim {
  readonly generation: number;
  readonly by: string;
  readonly at: number;
  /** What the journal had when it was made: a resume begins with just that. */
  readonly has: Counts;
  readonly cancelAsked: boolean;
  /** Whether its claimer has told the row. */
  isTold: boolean;
  /** When user code of its drive first ran. */
  droveAt: number | undefined;
}

interface Counts {
  readonly messages: number;
  readonly outputs: number;
  readonly turns: number;
}

export type Status = "active" | "completed" | "failed";

type Mark = Claim | "progress" | "release" | "reopen";

/** What one journal has said so far, put together by the simulation's own reading of it. */
export class Told {
  readonly incarnation: string;
  readonly records: JournalRecord[] = [];
  readonly nonces: Set<string> = new Set();
  /** As text, so that they can be compared. */
  readonly messages: string[] = [];
  readonly outputs: string[] = [];
  turns = 0;
  status: Status = "active";
  /** Of a completed run, as text. */
  output: string | undefined;
  cancelAsked = false;
  /** Who drives it, until it is released, ended or claimed by another. */
  driver: string | undefined;
  readonly claims: Map<number, Claim> = new Map();
  readonly marks: Mark[] = [];
  /** Whether its row was there at any time. */
  id: string | undefined;
  /** Whether it was marked for removal, or some of it is gone. */
  isRemoved = false;
  /** Whether its row was inserted when its journal was gone already. */
  isGhost = false;
  /** Whether somebody was told that the run exists, and that it was opened again. */
  isAccepted = false;
  isReopenAccepted = false;
  /** The generation of the begin, or of the last reopening. */
  openedBy = 1;

  constructor(incarnation: string) {
    this.incarnation = incarnation;
  }

  get last(): JournalRecord | undefined {
    return this.records.at(-1);
  }

  get generation(): number {
    return this.last?.generation ?? 0;
  }

  get counts(): Counts {
    const { messages, outputs, turns } = this;
    return { messages: messages.length, outputs: outputs.length, turns };
  }

  /** Attempts since the last reopening that stopped without a word: an upper bound. */
  failedAttempts(): { readonly all: number; readonly withoutProgress: number } {
    let all = 0;
    let withoutProgress = 0;
    let isReleased = false;
    for (const mark of this.marks) {
      if (mark === "progress") withoutProgress = 0;
      else if (mark === "release") isReleased = true;
      else if (mark === "reopen") [all, withoutProgress, isReleased] = [0, 0, true];
      else if (mark.isTold) {
        if (!isReleased) [all, withoutProgress] = [all + 1, withoutProgress + 1];
        isReleased = false;
      }
    }
    return { all, withoutProgress };
  }
}
