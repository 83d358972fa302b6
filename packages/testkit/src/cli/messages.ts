/** What the process that proves scenarios and the one that watches it tell each other. */

import type { StoreCapabilities } from "@executus/core";

/** What a store says of itself. */
export interface StoreDescription {
  readonly name: string;
  readonly capabilities: Partial<StoreCapabilities>;
  readonly maxRecordBytes: number;
}

export interface Failure {
  readonly message: string;
  readonly stack?: string | undefined;
}

/** Asks for one scenario. */
export interface Request {
  readonly prove: string;
}

/** The first message is `ready` or `unusable`; then comes one `proved` for each request. */
export type Reply =
  | { readonly type: "unusable"; readonly why: string }
  | { readonly type: "ready"; readonly store: StoreDescription }
  | {
      readonly type: "proved";
      readonly skip: false | string;
      readonly failure?: Failure | undefined;
    };
