import { doesNotReject, equal, rejects } from "node:assert/strict";
import { isExecutusError, type RunStore } from "@executus/core";
import { collect, freshId, journalChunk, journalRecord, readAll, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";
import { isGone, isWhole, putWhole } from "./whole-run.ts";

type Declaration = "contract" | "name" | "capabilities" | "limits" | typeof Symbol.asyncDispose;
type Verb = Exclude<keyof RunStore, Declaration>;

/** Calls each verb once, with arguments that are in order. */
const calls: Record<Verb, (store: RunStore) => Promise<unknown>> = {
  open: (store) => store.open(),
  insertRun: (store) => store.insertRun(runRow()),
  updateRun: (store) =>
    store.updateRun(runRow(), { updatedAt: 1 }, { status: "active", maxGeneration: 1 }),
  getRun: (store) => store.getRun(freshId()),
  listRuns: (store) => store.listRuns({ status: "active", limit: 1 }),
  deleteRun: (store) => store.deleteRun(runRow()),
  append: (store) => store.append(freshId(), journalRecord(1)),
  readJournal: (store) => readAll(store, freshId()),
  lastRecord: (store) => store.lastRecord(freshId()),
  putChunk: (store) => store.putChunk(freshId(), journalChunk(0)),
  readChunks: (store) => collect(store.readChunks(freshId(), "nonce-1")),
};

/** How a handle ends. */
export const disposeScenarios: readonly Scenario[] = [
  {
    id: "dispose.repeated",
    behaviour: "a handle may be disposed of more than once, also at the same time",
    async prove({ store }) {
      await doesNotReject(async () => {
        await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()]);
        await store[Symbol.asyncDispose]();
      });
    },
  },
  {
    id: "dispose.unopened",
    behaviour: "a handle that was never opened may be disposed of",
    async prove({ create }) {
      const store = await create();

      await doesNotReject(async () => store[Symbol.asyncDispose]());
    },
  },
  {
    id: "dispose.other-handles",
    behaviour: "disposing of one handle leaves the others on the same data working",
    async prove({ store, reopen }) {
      const row = runRow();
      const other = await reopen();
      await store.insertRun(row);

      await store[Symbol.asyncDispose]();

      await doesNotReject(async () => {
        same(await other.getRun(row.id), row);
        equal(await other.append(row.incarnation, journalRecord(1)), true);
        same(await other.lastRecord(row.incarnation), journalRecord(1));
      });
    },
  },
  ...Object.entries(calls).map(([verb, call]) => closed(verb, call)),
  {
    id: "closed.nothing-applied",
    behaviour: "what is refused after disposal is not applied",
    async prove({ store, reopen }) {
      const other = await reopen();
      const there = await putWhole(store, runRow());
      const late = runRow();
      await store[Symbol.asyncDispose]();
      const patch = { owner: "nobody", updatedAt: 2_000_000_000 };

      await Promise.allSettled([
        store.insertRun(late),
        store.append(late.incarnation, journalRecord(1)),
        store.putChunk(late.incarnation, journalChunk(0)),
        store.updateRun(there, patch, { status: "active", maxGeneration: 1 }),
        store.append(there.incarnation, journalRecord(4)),
      ]);
      await isGone(other, late, [journalChunk(0).nonce]);
      await isWhole(other, there);

      await Promise.allSettled([store.deleteRun(there)]);
      await isWhole(other, there);
    },
  },
];

function closed(verb: string, call: (store: RunStore) => Promise<unknown>): Scenario {
  return {
    id: `closed.${verb.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    behaviour: `after disposal, ${verb} rejects with EXECUTUS_STORE_CLOSED`,
    async prove({ store }) {
      await store[Symbol.asyncDispose]();

      await rejects(
        () => call(store),
        (error: unknown) => {
          equal(isExecutusError(error, "EXECUTUS_STORE_CLOSED"), true, String(error));
          equal(isExecutusError(error) && error.retryable, false, "it is useless to repeat");
          return true;
        },
      );
    },
  };
}
