import type { CheckpointerFactory, RunStore } from "@executus/core";
import type { LoadedRun, Reattached } from "@executus/testkit";

interface Database {
  readonly url: string;
}

export declare const url: string;
export declare const db: Database;

export declare function myStore(url: string): RunStore;
export declare function myFactory(db: Database): CheckpointerFactory;
export declare function readRun(db: Database, id: string): Promise<LoadedRun | undefined>;
export declare function recover(db: Database, id: string): Promise<Reattached>;
