import type { RunStore, StoreCapabilities } from "@executus/core";

/** One sentence of a contract, and the proof of it: of the store contract, unless it says otherwise. */
export interface Scenario<Context = ScenarioContext, Capability = keyof StoreCapabilities> {
  /** Stable and unique: `area.behaviour`. Docs and reports refer to it. */
  readonly id: string;
  /** The contract sentence, in the present tense. */
  readonly behaviour: string;
  /** Skipped, with a reason, for those that do not declare this. */
  readonly needs?: Capability;
  /** Rejects if the sentence is broken. Shares the data with other scenarios that run at the same time. */
  readonly prove: (context: Context) => Promise<void>;
}

/** What a scenario works with. Every handle that comes from here is disposed of when the scenario ends. */
export interface ScenarioContext {
  /** A handle that is open. */
  readonly store: RunStore;
  /** Opens one more handle on the same data. */
  readonly reopen: () => Promise<RunStore>;
  /** Makes one more handle on the same data, not yet open. */
  readonly create: () => Promise<RunStore>;
  /** Repeats a check of a listing, which may lag behind writes, until it holds or the lag is over. */
  readonly eventually: (check: () => Promise<void>) => Promise<void>;
}
