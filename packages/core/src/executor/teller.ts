import type { AttemptStart, GrowingState } from "./start.ts";
import type { Exit } from "./active.ts";
import type { Feed } from "./feed.ts";

/**
 * Tells those who listen what was recorded. Of a run in a journal it says only that there is more to read; of one without,
 * it keeps what a journal would tell.
 */
export class Teller {
  readonly #start: AttemptStart;
  readonly #state: GrowingState;
  readonly #feed: Feed;
  readonly #now: () => number;
  #messages: number;
  #turns: number;
  #phases: number;

  constructor(start: AttemptStart, state: GrowingState, feed: Feed, now: () => number) {
    this.#start = start;
    this.#state = state;
    this.#feed = feed;
    this.#now = now;
    this.#messages = state.history.length;
    this.#turns = state.turns;
    this.#phases = state.completedPhases.length;
  }

  begun(): void {
    const { attempt, info } = this.#start;
    const at = this.#now();
    if (this.#journalHasMore()) return;
    const { definition, version } = info;
    this.#feed.keep(
      attempt === 1 ? { type: "begun", at, definition, version } : { type: "attempt", at, attempt },
    );
  }

  progressed(): void {
    if (this.#journalHasMore()) return;
    const { history, turns, completedPhases } = this.#state;
    const at = this.#now();
    for (const phase of completedPhases.slice(this.#phases)) {
      this.#feed.keep({ type: "phase-completed", at, ...phase });
    }
    const messages = history.slice(this.#messages);
    if (turns !== this.#turns) {
      this.#feed.keep({ type: "turn-completed", at, turn: turns, messages });
    } else if (messages.length > 0) {
      this.#feed.keep({ type: "tools-completed", at, turn: turns, messages });
    }
    this.#messages = history.length;
    this.#turns = turns;
    this.#phases = completedPhases.length;
  }

  stopped(how: Exit["kind"]): void {
    this.progressed();
    if (this.#journalHasMore()) return;
    const at = this.#now();
    if (how === "completed" || how === "failed")
      this.#feed.keep({ type: "ended", at, status: how });
    else this.#feed.keep({ type: "released", at });
  }

  #journalHasMore(): boolean {
    const { records } = this.#start;
    if (records !== undefined) this.#feed.journalHas(records());
    return records !== undefined;
  }
}
