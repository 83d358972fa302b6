import type { CheckpointerHost } from "@executus/testkit";

export { defineLoop, defineRun } from "@executus/core";
export { sqliteStore } from "@executus/adapter-sqlite";
export { checkpointerConformance, storeConformance } from "@executus/testkit";
export { test } from "node:test";

export declare function collect(folder: string, signal: AbortSignal): Promise<readonly string[]>;
export declare function rank(texts: readonly string[]): readonly string[];

export declare const database: string;
export declare const create: () => CheckpointerHost;
