import { equal } from "node:assert/strict";
import type { RunStore } from "@executus/core";
import { freshId, runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";
import { idsOf, walk } from "./paging.ts";
import { hasJournal, isGone, isWhole, putWhole } from "./whole-run.ts";

/** What outlives the handles that wrote it. */
export const durableScenarios: readonly Scenario[] = [
  {
    id: "durable.runs",
    behaviour: "runs, with their journals and chunks, outlive the handle that wrote them",
    needs: "durable",
    async prove(context) {
      const row = await putWhole(context.store, runRow());
      const begun = await putWhole(context.store, runRow(), { withRow: false });

      const store = await openAnew(context);

      await isWhole(store, row);
      await hasJournal(store, begun.incarnation);
    },
  },
  {
    id: "durable.updates",
    behaviour: "updates outlive the handle that made them, in listings too",
    needs: "durable",
    async prove(context) {
      const queue = `queue-${freshId()}`;
      const row = runRow({ queue });
      const patch = { generation: 2, owner: "owner-2", dueAt: 5, updatedAt: 1_000_000_500 };
      await context.store.insertRun(row);
      await context.store.updateRun(row, patch, { status: "active", maxGeneration: 1 });

      const store = await openAnew(context);

      same(await store.getRun(row.id), { ...row, ...patch });
      const query = { status: "active", due: { queue, before: 5 }, limit: 10 } as const;
      await context.eventually(async () => same(idsOf(await walk(store, { query })), [row.id]));
    },
  },
  {
    id: "durable.slots",
    behaviour: "a slot that was taken, and the id of a run, stay taken after opening anew",
    needs: "durable",
    async prove(context) {
      const row = await putWhole(context.store, runRow());

      const store = await openAnew(context);

      equal(await store.insertRun(row), false);
      for (const seq of [1, 2, 3]) {
        const record = { seq, type: "save", generation: 9, nonce: "late", at: 9, data: "late" };
        equal(await store.append(row.incarnation, { ...record, checksum: 9 }), false);
      }
      await isWhole(store, row);
    },
  },
  {
    id: "durable.removals",
    behaviour: "what was removed stays removed after opening anew",
    needs: "durable",
    async prove(context) {
      const row = await putWhole(context.store, runRow());
      await context.store.deleteRun(row);

      const store = await openAnew(context);

      await isGone(store, row);
    },
  },
];

async function openAnew({ store, reopen }: ScenarioContext): Promise<RunStore> {
  await store[Symbol.asyncDispose]();
  return reopen();
}
