import { AssertionError } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { RunStore } from "@executus/core";
import { checkOptions, show } from "./options.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";

const pauseMs = 50;

export interface ConformanceOptions {
  /** Makes a new handle each time, always on the same data. */
  readonly create: () => RunStore | Promise<RunStore>;
  /** Milliseconds within which a listing shows what was written. @default 10,000 */
  readonly listingLagMs?: number | undefined;
}

/** One test of the suite, for any test runner. */
export interface ConformanceCase {
  /** The id of its scenario. */
  readonly id: string;
  /** The contract sentence and the id. */
  readonly title: string;
  /** Why this need not pass, or `false`. */
  readonly skip: false | string;
  /** Rejects if the sentence is broken. Cases may run at once, and again on the same data. */
  readonly run: () => Promise<void>;
}

/**
 * Lists the whole store contract as cases for any test runner.
 *
 * A few cases write thousands of records: give them a minute. They leave rows behind, so give them a database of
 * their own.
 *
 * @example
 * for (const { title, skip, run } of await storeConformance({ create: () => sqliteStore({ database }) })) {
 *   test(title, { skip }, run);
 * }
 */
export async function storeConformance(options: ConformanceOptions): Promise<ConformanceCase[]> {
  checkOptions("storeConformance", options);
  const probe = await options.create();
  if (typeof probe?.open !== "function") {
    throw new TypeError(`Expected what "create" gives to be a RunStore, got ${show(probe)}.`);
  }
  const { name, capabilities = {} } = probe as Pick<RunStore, "name"> & Partial<RunStore>;
  await Promise.allSettled([probe[Symbol.asyncDispose]()]);

  return scenarios.map((scenario) =>
    caseOf(scenario, { name, capabilities, run: () => prove(scenario, options) }),
  );
}

/** Makes a case of a scenario, skipped for what is not declared. */
export function caseOf<Capability extends string>(
  { id, behaviour, needs }: Pick<Scenario<never, Capability>, "id" | "behaviour" | "needs">,
  {
    name,
    capabilities,
    run,
  }: {
    readonly name: string;
    readonly capabilities: { readonly [Name in Capability]?: boolean | undefined };
    readonly run: () => Promise<void>;
  },
): ConformanceCase {
  const isDeclared = needs === undefined || capabilities[needs] === true;
  const skip = isDeclared ? false : `${name} does not declare "${needs}"`;
  return { id, title: `${behaviour} (${id})`, skip, run: () => stayingAlive(run) };
}

/** Some scenarios wait for nothing but a heartbeat, which is no reason for a process to stay: a case is one. */
async function stayingAlive(run: () => Promise<void>): Promise<void> {
  const stay = setInterval(() => {}, 60_000);
  try {
    await run();
  } finally {
    clearInterval(stay);
  }
}

async function prove(
  scenario: Scenario,
  { create, listingLagMs = 10_000 }: ConformanceOptions,
): Promise<void> {
  const handles: RunStore[] = [];
  const make = async (): Promise<RunStore> => {
    const store = await create();
    handles.push(store);
    return store;
  };
  const reopen = async (): Promise<RunStore> => {
    const store = await make();
    await store.open();
    return store;
  };

  try {
    await scenario.prove({
      store: await reopen(),
      reopen,
      create: make,
      eventually: (check) => eventually(check, Math.ceil(listingLagMs / pauseMs)),
    });
  } finally {
    // Scenarios of their own prove disposal; here it must not hide what failed.
    await Promise.allSettled(handles.map((store) => store[Symbol.asyncDispose]()));
  }
}

async function eventually(check: () => Promise<void>, retries: number): Promise<void> {
  for (let left = retries; ; left -= 1) {
    try {
      return await check();
    } catch (error) {
      if (left <= 0 || !(error instanceof AssertionError)) throw error;
    }
    await pause(pauseMs);
  }
}
