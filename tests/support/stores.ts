import { rmSync } from "node:fs";
import { join } from "node:path";
import { memoryData, memoryStore } from "@executus/adapter-memory";
import { sqliteStore } from "@executus/adapter-sqlite";
import type { JournalRecord, RunStore } from "@executus/core";
import { freshFolder } from "./folders.ts";

/** A place where stores keep their data: each `open` gives another handle on it. */
export interface Place extends Disposable {
  readonly name: string;
  open(): RunStore;
}

/** A place that other processes reach too, by an address that `storeOf` knows. */
export interface SharedPlace extends Place {
  readonly address: string;
}

export function memoryPlace(): Place {
  const data = memoryData();
  return { name: "memory", open: () => memoryStore({ data }), [Symbol.dispose]: () => {} };
}

export function sqlitePlace(): SharedPlace & { readonly database: string } {
  const folder = freshFolder();
  const database = join(folder, "runs.sqlite");
  return {
    name: "sqlite",
    address: `sqlite:${database}`,
    database,
    open: () => sqliteStore({ database }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export const places: readonly (() => Place)[] = [memoryPlace, sqlitePlace];

/** The journal of a run, as it lies in the store. */
export async function journalOf(store: RunStore, id: string): Promise<JournalRecord[]> {
  const row = await store.getRun(id);
  return row === undefined
    ? []
    : Array.fromAsync(store.readJournal(row.incarnation, { fromSeq: 1 }));
}

export async function typesOf(store: RunStore, id: string): Promise<string[]> {
  return (await journalOf(store, id)).map(({ type }) => type);
}

type Verb =
  | "insertRun"
  | "updateRun"
  | "getRun"
  | "listRuns"
  | "deleteRun"
  | "append"
  | "lastRecord"
  | "putChunk";

/** What to do about one call in place of making it; `undefined` makes it as it is. */
export type Interference = (
  call: () => Promise<unknown>,
  args: readonly unknown[],
) => Promise<unknown> | undefined;

/** A store whose calls can be counted and interfered with. */
export interface WatchedStore extends RunStore {
  readonly calls: { readonly verb: string; readonly args: readonly unknown[] }[];
  /** Interferes with the calls of a verb, until it is called off. */
  interfere(verb: Verb, how: Interference): () => void;
}

const verbs: readonly Verb[] = [
  "insertRun",
  "updateRun",
  "getRun",
  "listRuns",
  "deleteRun",
  "append",
  "lastRecord",
  "putChunk",
];

export function watched(store: RunStore): WatchedStore {
  const calls: { verb: string; args: readonly unknown[] }[] = [];
  const rules: { verb: Verb; how: Interference }[] = [];
  const wrap = (verb: Verb) => {
    const made = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
    return async (...args: unknown[]): Promise<unknown> => {
      calls.push({ verb, args });
      const call = (): Promise<unknown> => made(...args);
      for (const rule of rules) {
        const interfered = rule.verb === verb ? rule.how(call, args) : undefined;
        if (interfered !== undefined) return interfered;
      }
      return call();
    };
  };
  return {
    contract: store.contract,
    name: store.name,
    capabilities: store.capabilities,
    limits: store.limits,
    open: () => store.open(),
    readJournal: (journal, options) => {
      calls.push({ verb: "readJournal", args: [journal, options] });
      return store.readJournal(journal, options);
    },
    readChunks: (journal, nonce) => store.readChunks(journal, nonce),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    ...(Object.fromEntries(verbs.map((verb) => [verb, wrap(verb)])) as unknown as Pick<
      RunStore,
      Verb
    >),
    calls,
    interfere: (verb, how) => {
      const rule = { verb, how };
      rules.push(rule);
      return () => {
        rules.splice(rules.indexOf(rule), 1);
      };
    },
  };
}

/** Interferences that tests name. */
export const fails =
  (error: unknown = new Error("the database is away")): Interference =>
  () =>
    Promise.reject(error);

/** The call is carried out, and its answer lost. */
export const answerLost: Interference = async (call) => {
  await call();
  throw new Error("the answer was lost");
};

export const hangs: Interference = () => new Promise(() => {});

/** The first call only. */
export function once(how: Interference): Interference {
  let used = false;
  return (call, args) => {
    if (used) return undefined;
    used = true;
    return how(call, args);
  };
}
