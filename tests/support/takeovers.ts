import { createExecutor, defineRun, systemRuntime } from "@executus/core";
import type { Definition, Executor, ExecutorOptions, Runtime } from "@executus/core";
import { testLogger } from "./logger.ts";
import type { Network } from "./networks.ts";

/** What stands in the requests of each kind, whatever the database. */
export const requestsOf: Readonly<
  Record<"save" | "claim" | "rowInserted" | "rowUpdated" | "rowDeleted", RegExp>
> = {
  save: /\bsave\b/,
  claim: /\bclaim\b/,
  rowInserted: /^(insert runs|PutItem .*run#)/s,
  rowUpdated: /^(update runs|UpdateItem)/,
  rowDeleted: /^(delete runs|DeleteItem .*run#)/s,
};

const patient = { callTimeoutMs: 30_000, leaseMs: 60_000 };

/** To whom every other owner seems to be gone, rightly or wrongly. */
export const usurping: Runtime = {
  ...systemRuntime,
  host: { name: "usurper:2:1", isGone: () => true },
};

/** What two owners of one run drive. */
export type Steps = Definition<undefined, string>;

/** Three phases that note who runs them. The second may do something of its own first. */
export function threePhases(second?: (attempt: number, signal: AbortSignal) => unknown): {
  readonly definition: Steps;
  readonly ran: readonly string[];
} {
  const ran: string[] = [];
  const note = (phase: string, attempt: number): string => {
    ran.push(`${phase}/${attempt}`);
    return `${phase}/${attempt}`;
  };
  const definition: Steps = defineRun("steps", { version: "1" })
    .phase("one", ({ attempt }) => note("one", attempt))
    .phase("two", async ({ attempt, signal }) => {
      const noted = note("two", attempt);
      await second?.(attempt, signal);
      return noted;
    })
    .phase(
      "three",
      ({ attempt, outputs }) => `${outputs.one} ${outputs.two} ${note("three", attempt)}`,
    );
  return { definition, ran };
}

/** Two processes, of which the second takes over at once whatever the first drives. */
export async function executors(
  network: Network,
  options: ExecutorOptions = {},
): Promise<readonly [first: Executor, second: Executor]> {
  const common = { ...patient, logger: testLogger(), keepStore: true };
  return [
    createExecutor({ ...common, store: await network.reach(), ...options }),
    createExecutor({
      ...common,
      store: network.direct,
      runtime: usurping,
      definitions: options.definitions,
    }),
  ];
}
