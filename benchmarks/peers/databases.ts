import type { Place } from "./system.ts";

/** Makes databases that nobody has used, of one kind. */
export interface Databases extends AsyncDisposable {
  fresh(durable: boolean): Promise<FreshDatabase>;
}

/** Asked when nobody is connected to it any more. Gone when it is disposed of. */
export interface FreshDatabase extends AsyncDisposable {
  readonly place: Place;
  /** What it has on disk, beyond what an empty one has. */
  bytes(): Promise<number>;
  /** How many transactions were committed in it, those that only read too. Only where the server counts them. */
  transactions?(): Promise<number>;
}
