import { createExecutor, defineRun, systemRuntime } from "@executus/core";
import { describe, expect, test } from "vitest";
import { settle } from "../support/clock.ts";
import { damagedRow } from "../support/damage.ts";
import { testLogger } from "../support/logger.ts";
import { rejection, untilAborted } from "../support/promises.ts";
import { places } from "../support/stores.ts";
import type { Place } from "../support/stores.ts";

const work = defineRun<string>("work", { version: "1" })
  .phase("a", () => "a")
  .phase("b", ({ signal, attempt }) => (attempt === 1 ? untilAborted(signal) : "b"));
const quick = defineRun("quick", { version: "1" }).phase("a", () => "a");

const members: readonly object[] = [
  { id: "another" },
  { id: null },
  { incarnation: "" },
  { incarnation: 7 },
  { incarnation: null },
  { status: "odd" },
  { status: null },
  { generation: "1" },
  { generation: 0 },
  { generation: 1.5 },
  { generation: Number.NaN },
  { generation: null },
  { owner: null },
  { queue: 5 },
  { definition: null },
  { version: 1 },
  { code: undefined },
  { dueAt: "soon" },
  { dueAt: Infinity },
  { createdAt: null },
  { updatedAt: "now" },
];

/** Two runs that were released, two that have ended, and a store that reads the row of one damaged. */
async function world(place: Place, damaged: string, change: object) {
  const before = createExecutor({ store: place.open(), logger: testLogger() });
  for (const id of ["victim", "other"]) void before.run(work, { id, input: "" }).catch(() => {});
  for (const id of ["ended", "done"]) await before.run(quick, { id });
  await settle();
  await before.shutdown({ graceMs: 0 });
  const store = place.open();
  await store.open();
  return { store, broken: damagedRow(store, damaged, change) };
}

describe.each(places.map((open) => ({ name: open().name, open })))("on $name,", ({ open }) => {
  test.each(members.map((change) => ({ change, members: JSON.stringify(change) })))(
    "a row with $members is named with its run, and left as it is",
    async ({ change }) => {
      using place = open();
      const { store, broken } = await world(place, "victim", change);
      await using executor = createExecutor({
        store: broken,
        definitions: [work],
        logger: testLogger(),
      });
      const before = await store.getRun("victim");
      const { incarnation = "" } = before ?? {};
      const journal = await Array.fromAsync(store.readJournal(incarnation, { fromSeq: 1 }));
      const error = {
        code: "EXECUTUS_CORRUPT_RECORD",
        runId: "victim",
        message: expect.stringContaining('The row of run "victim"'),
      };

      for (const call of [
        () => executor.get("victim"),
        () => executor.run(work, { id: "victim", input: "" }),
        () => executor.attach("victim").then((handle) => handle.result()),
        () => executor.cancel("victim"),
        () => executor.retry("victim"),
        () => executor.delete("victim"),
      ]) {
        expect(await rejection(call())).toMatchObject(error);
      }
      const { resumed, skipped } = await executor.recover();
      expect(resumed).toEqual(["other"]);
      expect(skipped).toMatchObject([{ id: "victim", error }]);
      await executor.idle();
      expect(await executor.get("other")).toMatchObject({ status: "completed", output: "b" });
      expect(await store.getRun("victim")).toEqual(before);
      expect(await Array.fromAsync(store.readJournal(incarnation, { fromSeq: 1 }))).toEqual(
        journal,
      );
    },
  );

  test("a damaged row of a run that has ended is left when others are pruned, and is told of", async () => {
    using place = open();
    const { store, broken } = await world(place, "ended", { generation: "1" });
    const logger = testLogger();
    await using executor = createExecutor({
      store: broken,
      logger,
      runtime: { ...systemRuntime, now: () => systemRuntime.now() + 60_000 },
    });

    expect(await executor.prune({ olderThanMs: 1000 })).toBe(1);
    expect(await store.getRun("ended")).toMatchObject({ status: "completed" });
    expect(await store.getRun("done")).toBeUndefined();
    expect(logger.lines).toMatchObject([{ level: "warn", fields: { runId: "ended" } }]);
  });
});
