import { createExecutor } from "@executus/core";
import type { Executor, ExecutorOptions } from "@executus/core";
import { testClock } from "./clock.ts";
import type { TestClock } from "./clock.ts";
import { testLogger } from "./logger.ts";
import type { TestLogger } from "./logger.ts";
import { memoryPlace, watched } from "./stores.ts";
import type { Place, WatchedStore } from "./stores.ts";

/** Executors on the same data, under one clock: other processes, as far as they can tell. */
export interface Bench extends AsyncDisposable {
  readonly place: Place;
  readonly clock: TestClock;
  readonly logger: TestLogger;
  spawn(options?: ExecutorOptions): { readonly executor: Executor; readonly store: WatchedStore };
}

export function bench(open: () => Place = memoryPlace, defaults: ExecutorOptions = {}): Bench {
  const place = open();
  const clock = testClock();
  const logger = testLogger();
  const executors: Executor[] = [];
  return {
    place,
    clock,
    logger,
    spawn: (options = {}) => {
      const store = watched(place.open());
      const executor = createExecutor({ store, runtime: clock, logger, ...defaults, ...options });
      executors.push(executor);
      return { executor, store };
    },
    [Symbol.asyncDispose]: async () => {
      for (const executor of executors) await executor[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    },
  };
}
