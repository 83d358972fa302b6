import type { RunStore, StoreCapabilities } from "@executus/core";

/** One sentence of the store contract, and the proof of it. */
export interface Scenario {
  /** Stable and unique: `area.behaviour`. Docs and reports refer to it. */
  readonly id: string;
  /** The contract sentence, in the present tense. */
  readonly behaviour: string;
  /** Skipped, with a reason, for stores that do not declare this. */
  readonly needs?: keyof StoreCapabilities;
  /** Rejects if the store breaks the sentence. Shares the database with other scenarios that run at the same time. */
  readonly prove: (context: ScenarioContext) => Promise<void>;
}

/** What a scenario works with. Every handle that comes from here is disposed of when the scenario ends. */
export interface ScenarioContext {
  /** A handle that is open. */
  readonly store: RunStore;
  /** Opens one more handle on the same data. */
  readonly reopen: () => Promise<RunStore>;
  /** Makes one more handle on the same data, not yet open. */
  readonly create: () => RunStore;
  /** Repeats a check of a listing, which may lag behind writes, until it holds or the lag is over. */
  readonly eventually: (check: () => Promise<void>) => Promise<void>;
}
