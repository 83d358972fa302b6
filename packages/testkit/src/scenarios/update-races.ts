import { equal } from "node:assert/strict";
import type { RunPatch, RunRow, RunStore } from "@executus/core";
import { runRow } from "../fixtures.ts";
import { same } from "../expect.ts";
import type { Scenario } from "../scenario.ts";

/** A guard and its patch are one atomic step. */
export const updateRaceScenarios: readonly Scenario[] = [
  {
    id: "update-run.repeated",
    behaviour: "an updateRun that still meets its guard may be repeated, to the same end",
    async prove({ store }) {
      const row = runRow();
      await store.insertRun(row);

      equal(await heartbeat(store, row, 1), true);
      equal(await heartbeat(store, row, 1), true);

      same(await store.getRun(row.id), { ...row, ...beat });
    },
  },
  {
    id: "update-run.repeated-claim",
    behaviour:
      "an updateRun that raised the generation above its own guard says false when repeated",
    async prove({ store }) {
      const row = runRow();
      await store.insertRun(row);

      equal(await claim(store, row, "owner-2"), true);
      equal(await claim(store, row, "owner-2"), false);

      same(await store.getRun(row.id), { ...row, ...claimOf("owner-2") });
    },
  },
  {
    id: "update-run.late-heartbeat",
    behaviour: "a heartbeat that arrives after a newer claim, or after the end, changes nothing",
    async prove({ store }) {
      const [claimed, ended] = [runRow(), runRow()];
      const end = { status: "completed", owner: "", updatedAt: 1_000_000_700 } as const;
      await store.insertRun(claimed);
      await store.insertRun(ended);
      await claim(store, claimed, "owner-2");
      await store.updateRun(ended, end, { status: "active", maxGeneration: 1 });

      equal(await heartbeat(store, claimed, 1), false);
      equal(await heartbeat(store, ended, 1), false);

      same(await store.getRun(claimed.id), { ...claimed, ...claimOf("owner-2") });
      same(await store.getRun(ended.id), { ...ended, ...end });
    },
  },
  {
    id: "update-run.one-winner",
    behaviour: "of many claims of one generation at the same time, exactly one says true",
    async prove({ store }) {
      await oneWinner(store);
    },
  },
  {
    id: "update-run.one-winner-handles",
    behaviour: "of many claims of one generation from two handles, exactly one says true",
    async prove({ store, reopen }) {
      await oneWinner(store, await reopen());
    },
  },
  {
    id: "update-run.claim-stands",
    behaviour: "heartbeats that race a newer claim leave it standing",
    async prove({ store, reopen }) {
      const other = await reopen();

      for (let round = 0; round < 10; round += 1) {
        const row = runRow();
        await store.insertRun(row);

        const [, claimed] = await Promise.all([
          Promise.all([heartbeat(store, row, 1), heartbeat(other, row, 1)]),
          claim(other, row, "owner-2"),
          Promise.all([heartbeat(store, row, 1), heartbeat(other, row, 1)]),
        ]);

        equal(claimed, true);
        same(await store.getRun(row.id), { ...row, ...claimOf("owner-2") });
      }
    },
  },
];

async function oneWinner(store: RunStore, ...others: readonly RunStore[]): Promise<void> {
  const stores = [store, ...others];
  const row = runRow();
  await store.insertRun(row);
  const owners = Array.from({ length: 8 }, (_, i) => `owner-of-claim-${i}`);

  const won = await Promise.all(
    owners.flatMap((owner) => stores.map((handle) => claim(handle, row, owner))),
  );

  equal(won.filter(Boolean).length, 1);
  const winner = owners[Math.floor(won.indexOf(true) / stores.length)] ?? "";
  same(await store.getRun(row.id), { ...row, ...claimOf(winner) });
}

const beat: RunPatch = { dueAt: 1_000_040_000, updatedAt: 1_000_010_000 };

function heartbeat(store: RunStore, row: RunRow, maxGeneration: number): Promise<boolean> {
  return store.updateRun(row, beat, { status: "active", maxGeneration });
}

function claimOf(owner: string): RunPatch {
  return { generation: 2, owner, dueAt: 1_000_090_000, updatedAt: 1_000_060_000 };
}

function claim(store: RunStore, row: RunRow, owner: string): Promise<boolean> {
  return store.updateRun(row, claimOf(owner), { status: "active", maxGeneration: 1 });
}
