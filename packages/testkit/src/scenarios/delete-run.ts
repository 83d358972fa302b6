import { doesNotReject, equal } from "node:assert/strict";
import { setImmediate as tick } from "node:timers/promises";
import type { JournalRecord, RunRow, RunStore } from "@executus/core";
import { fillChunks, fillJournal, journalChunk, journalRecord, runRow } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { isGone, putWhole } from "./whole-run.ts";

/** Removing a run: what goes. What stays: delete-spares.ts. */
export const deleteRunScenarios: readonly Scenario[] = [
  {
    id: "delete-run.whole",
    behaviour: "deleteRun removes the row, the journal and the chunks",
    async prove({ store }) {
      const row = await putWhole(store, runRow());

      await store.deleteRun(row);

      await isGone(store, row);
    },
  },
  {
    id: "delete-run.marked",
    behaviour: "deleteRun removes a run of any status, marked as `deleting` or not",
    async prove({ store }) {
      for (const status of ["active", "completed", "failed", "deleting"] as const) {
        const row = await putWhole(store, runRow({ status, generation: 4 }));

        await store.deleteRun({ id: row.id, incarnation: row.incarnation });

        await isGone(store, row);
      }
    },
  },
  {
    id: "delete-run.repeated",
    behaviour: "deleteRun may be repeated, run at the same time, and find nothing",
    async prove({ store, reopen }) {
      const other = await reopen();
      const row = await putWhole(store, runRow());

      await doesNotReject(async () => {
        await Promise.all([store, other, store, other].map((handle) => handle.deleteRun(row)));
        await store.deleteRun(row);
        await store.deleteRun(runRow());
      });

      await isGone(store, row);
    },
  },
  {
    id: "delete-run.without-row",
    behaviour: "deleteRun removes the journal and the chunks of a run that has no row",
    async prove({ store }) {
      const row = await putWhole(store, runRow(), { withRow: false });

      await store.deleteRun(row);

      await isGone(store, row);
    },
  },
  {
    id: "delete-run.torn-chunks",
    behaviour: "deleteRun removes chunks that no record counts",
    async prove({ store }) {
      const row = runRow();
      await store.insertRun(row);
      await store.append(row.incarnation, journalRecord(1));
      await store.putChunk(row.incarnation, journalChunk(0, { nonce: "torn" }));
      await store.putChunk(row.incarnation, journalChunk(7, { nonce: "torn" }));

      await store.deleteRun(row);

      await isGone(store, row, ["torn"]);
    },
  },
  {
    id: "delete-run.large",
    behaviour: "deleteRun removes a journal of 1,000 records and 100 chunks",
    async prove({ store }) {
      const row = runRow();
      await store.insertRun(row);
      await fillJournal(store, row.incarnation, 1_000);
      const nonces = ["nonce-10", "nonce-1000"];
      await fillChunks(
        store,
        row.incarnation,
        Array.from({ length: 100 }, (_, i) =>
          journalChunk(Math.floor(i / 2), { nonce: nonces[i % 2] ?? "" }),
        ),
      );

      await store.deleteRun(row);

      await isGone(store, row, nonces);
    },
  },
  {
    id: "delete-run.row-last",
    behaviour: "deleteRun removes the row last: once it is gone, so is the journal",
    async prove({ store, reopen }) {
      const other = await reopen();
      const row = runRow();
      await store.insertRun(row);
      await fillJournal(store, row.incarnation, 200);

      const removal = { over: false };
      const [, last] = await Promise.all([
        store.deleteRun(row).finally(() => (removal.over = true)),
        lastOnceRowless(other, row, removal),
      ]);

      equal(last, undefined);
    },
  },
  {
    id: "delete-run.late-append",
    behaviour:
      "an append that arrives after the removal makes no run, and a removal removes it too",
    async prove({ store }) {
      const row = await putWhole(store, runRow());
      await store.deleteRun(row);

      await doesNotReject(() => store.append(row.incarnation, journalRecord(4)));

      equal(await store.getRun(row.id), undefined);
      await store.deleteRun(row);
      await isGone(store, row);
    },
  },
];

/** Waits until the row is gone, or the removal over, and then looks into the journal at once. */
async function lastOnceRowless(
  store: RunStore,
  { id, incarnation }: RunRow,
  removal: { readonly over: boolean },
): Promise<JournalRecord | undefined> {
  while (!removal.over && (await store.getRun(id)) !== undefined) await tick();
  return store.lastRecord(incarnation);
}
