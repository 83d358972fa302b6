import type { LiveEvent, Recorded } from "./events.ts";

/** A live event, and how many records were there before it. */
export interface Placed {
  readonly event: LiveEvent;
  readonly after: number;
}

/** Live events that a reader who does not keep up may have waiting. */
const mostWaiting = 1000;

/** Live events that are kept for readers who come later. */
const mostKept = 100;

/** What one reader has not read yet. */
export class Subscription {
  #waiting: Placed[] = [];
  #wake: (() => void) | undefined;
  #news = true;

  push(placed: Placed): void {
    this.#waiting.push(placed);
    if (this.#waiting.length > mostWaiting) this.#waiting.shift();
    this.notify();
  }

  notify(): void {
    this.#news = true;
    this.#wake?.();
  }

  /** Takes all that is waiting. */
  take(): Placed[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** Resolves at once if there was news since the last call, else with the next. */
  async news(): Promise<void> {
    if (!this.#news) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#news = false;
  }
}

/** Tells those who listen in this process what happens in one drive of a run. */
export class Feed {
  readonly #subscriptions = new Set<Subscription>();
  readonly #recent: Placed[] = [];
  /** Of a run without a journal: what a journal would tell. */
  readonly recorded: Recorded[] = [];
  /** How many records there are. */
  #records = 0;
  #closed = false;

  /** How many records there are. */
  get records(): number {
    return this.#records;
  }

  /** Whether the drive is over: nothing more will be told. */
  get closed(): boolean {
    return this.#closed;
  }

  subscribe(): Subscription {
    const subscription = new Subscription();
    for (const placed of this.#recent) subscription.push(placed);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
  }

  live(event: LiveEvent): void {
    const placed = { event, after: this.#records };
    this.#recent.push(placed);
    if (this.#recent.length > mostKept) this.#recent.shift();
    for (const subscription of this.#subscriptions) subscription.push(placed);
  }

  /** Tells that the journal has so many records now. */
  journalHas(records: number): void {
    this.#records = records;
    for (const subscription of this.#subscriptions) subscription.notify();
  }

  /** Keeps what there is no journal for. */
  keep(event: Recorded): void {
    this.recorded.push(event);
    this.journalHas(this.recorded.length);
  }

  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.notify();
  }
}
