import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import type { Executor, ExecutorOptions } from "@executus/core";
import { onTestFinished } from "vitest";
import { defineSurvey } from "../src/job.ts";
import { makeApp } from "../src/server.ts";
import { serve } from "./support.ts";

export interface AppOptions extends ExecutorOptions {
  readonly notifyUrl?: string;
  readonly keepAliveMs?: number;
  /** What the app is given in place of the executor. */
  readonly seenAs?: (executor: Executor) => Executor;
}

/** Serves the app in this process until the test is over. */
export async function serveApp({
  notifyUrl,
  keepAliveMs = 600_000,
  seenAs = (executor) => executor,
  ...options
}: AppOptions = {}): Promise<{ readonly url: string; readonly executor: Executor }> {
  const survey = defineSurvey({ pauseMs: 0, notifyUrl });
  const quiet = (): void => {};
  const executor = createExecutor({
    store: sqliteStore({ database: ":memory:" }),
    definitions: [survey],
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    ...options,
  });
  onTestFinished(() => executor[Symbol.asyncDispose]());
  const url = await serve(makeApp({ executor: seenAs(executor), survey, keepAliveMs }));
  return { url, executor };
}
