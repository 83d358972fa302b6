import { equal, ok } from "node:assert/strict";
import { collect, journalChunk, journalRecord, readAll, runRow } from "../fixtures.ts";
import { same, sameList } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** What a store says of itself, and opening it. */
export const storeScenarios: readonly Scenario[] = [
  {
    id: "store.declares",
    behaviour:
      "a store says which contract it keeps, its name, and how many bytes a record may hold",
    async prove({ store }) {
      equal(store.contract, 1);
      equal(typeof store.name, "string");
      ok(store.name.length > 0, "the name is not empty");
      ok(Number.isSafeInteger(store.limits.maxRecordBytes), "maxRecordBytes is an integer");
      ok(store.limits.maxRecordBytes > 0, "maxRecordBytes is positive");
    },
  },
  {
    id: "open.repeated",
    behaviour: "open may be called again on the same handle, also while it is under way",
    async prove({ create }) {
      const store = await create();

      const both = await Promise.allSettled([store.open(), store.open()]);
      const again = await Promise.allSettled([store.open()]);

      same(outcomes(both), ["fulfilled", "fulfilled"]);
      same(outcomes(again), ["fulfilled"]);
      equal(await store.insertRun(runRow()), true);
    },
  },
  {
    id: "open.concurrent",
    behaviour: "several handles may open the same data at once",
    async prove({ create }) {
      const stores = [await create(), await create(), await create(), await create()];

      const opened = await Promise.allSettled(stores.map((store) => store.open()));

      same(
        outcomes(opened),
        stores.map(() => "fulfilled"),
      );
      const row = runRow();
      const put = await Promise.all(stores.map((store) => store.insertRun(row)));
      equal(put.filter(Boolean).length, 1);
    },
  },
  {
    id: "open.keeps-data",
    behaviour: "opening leaves everything that is stored as it is",
    async prove({ store, reopen }) {
      const row = runRow();
      const record = journalRecord(1);
      const chunk = journalChunk(0);
      await store.insertRun(row);
      await store.append(row.incarnation, record);
      await store.putChunk(row.incarnation, chunk);

      await store.open();
      const other = await reopen();

      for (const handle of [store, other]) {
        same(await handle.getRun(row.id), row);
        sameList(await readAll(handle, row.incarnation), [record]);
        sameList(await collect(handle.readChunks(row.incarnation, chunk.nonce)), [chunk]);
      }
    },
  },
];

function outcomes(results: readonly PromiseSettledResult<unknown>[]): string[] {
  return results.map((result) =>
    result.status === "fulfilled" ? "fulfilled" : String(result.reason),
  );
}
