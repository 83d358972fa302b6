import { setImmediate } from "node:timers/promises";
import type { RunGuard, RunPatch, RunRef, RunRow, RunStatus, RunStore } from "@executus/core";
import { maxNumber } from "../fixtures.ts";

/** A way to break a correct store, which shows that a scenario would notice. */
export interface Fault {
  /** Stable and unique. */
  readonly id: string;
  /** What a store with this fault does, in the present tense. */
  readonly breaks: string;
  /** Ids of scenarios that a store with this fault fails, each with an `AssertionError`. */
  readonly caughtBy: readonly string[];
  /** Makes the fault for one database. What it returns breaks a handle, and is called for each. */
  readonly make: () => (store: RunStore) => RunStore;
}

/** Ids of scenarios of one area. */
export function of(area: string, ...names: readonly string[]): string[] {
  return names.flatMap((each) => each.split(" ")).map((name) => `${area}.${name}`);
}

type Changes = Partial<RunStore>;

/** A fault that each handle has for itself. */
export function ofHandle(change: (store: RunStore) => Changes): Fault["make"] {
  return () => (store) => altered(store, change(store));
}

/** A fault with something that all handles of one database share. */
export function ofDatabase<T>(
  share: () => T,
  change: (store: RunStore, shared: T) => Changes,
): Fault["make"] {
  return () => {
    const shared = share();
    return (store) => altered(store, change(store, shared));
  };
}

function altered(store: RunStore, changes: Changes): RunStore {
  return new Proxy(store, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return Reflect.get(changes, key) as unknown;
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}

/** Lets others go first. */
export function tick(): Promise<void> {
  return setImmediate();
}

/** Whether a row lets an update pass. */
export function passes(
  row: RunRow | undefined,
  { incarnation }: RunRef,
  { status, maxGeneration }: RunGuard,
): row is RunRow {
  if (row === undefined || row.incarnation !== incarnation) return false;
  return row.status === status && row.generation <= maxGeneration;
}

/** Updates a row whatever it holds. */
export async function force(store: RunStore, id: string, patch: RunPatch): Promise<boolean> {
  const row = await store.getRun(id);
  if (row === undefined) return false;
  return store.updateRun(row, patch, { status: row.status, maxGeneration: maxNumber });
}

/** All rows of a status, however many. */
export async function rowsOf(store: RunStore, status: RunStatus): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listRuns({ status, limit: 100, cursor });
    rows.push(...page.runs);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows;
}
