import type { AnyDefinition } from "../definition.ts";
import type { Begun } from "./identity.ts";
import type { Feed } from "./feed.ts";

/** How one attempt ended. */
export type Exit =
  | { readonly kind: "completed"; readonly output: unknown }
  /** `failed`: for good. `released` or `abandoned`: the run is not over. `refused`: nothing was executed. */
  | { readonly kind: "failed" | "released" | "abandoned" | "refused"; readonly error: unknown };

/** A run that is driven in this process. */
export interface ActiveRun {
  readonly id: string;
  readonly definition: AnyDefinition;
  /** Of a run without a journal: what it was begun with. */
  readonly begun: Begun | undefined;
  /** Names its journal, if its record is in this executor's store. */
  readonly incarnation: string | undefined;
  readonly feed: Feed;
  /** Resolves when it is known that the definition fits what is completed; or that it does not. */
  readonly prepared: Promise<void>;
  /** Never rejects. */
  readonly exit: Promise<Exit>;
  /** Stops it as a cancellation that someone asked for. */
  cancel(): void;
}
