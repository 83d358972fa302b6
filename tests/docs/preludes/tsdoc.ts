import type { AgentMessage, Executor, ModelRequest, Tool } from "@executus/core";
import type { CheckpointerHost } from "@executus/testkit";

export { defineAgent, defineLoop, defineRun, defineTool } from "@executus/core";
export { sqliteStore } from "@executus/adapter-sqlite";
export { checkpointerConformance, storeConformance } from "@executus/testkit";
export { test } from "node:test";
export { z } from "zod";

export declare function collect(folder: string, signal: AbortSignal): Promise<readonly string[]>;
export declare function rank(texts: readonly string[]): readonly string[];

export declare const database: string;
export declare const create: () => CheckpointerHost;
export declare const executor: Executor;
export declare const weather: Tool;

export declare function ask(request: ModelRequest<AgentMessage>): Promise<AgentMessage>;
export declare function forecast(city: string, options: { signal: AbortSignal }): Promise<string>;
