/** What becomes of a begin whose row may or may not have been inserted. */
import { defineRun, ExecutusError } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import { gate, rejection } from "../support/promises.ts";
import { fails, once } from "../support/stores.ts";

const greet = defineRun("greet", { version: "1" }).phase("greet", () => "hi");

const wrong = new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", "The table is missing.");

describe("an insertion that the store refuses for good", () => {
  test("at the first try rejects with the store's own error: the run was surely not begun", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    store.interfere("insertRun", fails(wrong));

    expect(await rejection(executor.run(greet, { id: "a" }))).toBe(wrong);
  });

  test("after a try of unknown fate rejects as uncertain: the run may have been begun", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    store.interfere("insertRun", once(fails()));
    store.interfere("insertRun", fails(wrong));

    const error = rejection(executor.run(greet, { id: "a" }));
    await stage.clock.advance(1000);

    const code = "EXECUTUS_STORE_UNAVAILABLE";
    expect(await error).toMatchObject({ code, runId: "a", uncertain: true });
  });
});

test("a begin that cannot read whose the row is rejects as uncertain", async () => {
  await using stage = bench();
  const { executor, store } = stage.spawn();
  store.interfere("insertRun", async (call) => {
    await call();
    store.interfere("getRun", fails(wrong));
    return false;
  });

  const error = await rejection(executor.run(greet, { id: "a" }));

  const code = "EXECUTUS_STORE_UNAVAILABLE";
  expect(error).toMatchObject({ code, runId: "a", uncertain: true });
});

describe("a begin whose answer was lost", () => {
  for (const isOver of [false, true]) {
    const what = isOver ? "and completed" : "and is driving it";
    test(`is told that the run is another's by now, who has claimed ${what}`, async () => {
      await using stage = bench();
      const held = gate();
      const ran: number[] = [];
      const holds = defineRun("holds", { version: "1" }).phase("hold", async ({ attempt }) => {
        ran.push(attempt);
        if (!isOver) await held.opened;
      });
      const { executor, store } = stage.spawn();
      const other = stage.spawn({ definitions: [holds] });
      store.interfere(
        "insertRun",
        once(async (call) => {
          await call();
          stage.clock.gone.add((await other.store.getRun("a"))?.owner ?? "");
          expect(await other.executor.recover()).toMatchObject({ resumed: ["a"] });
          if (isOver) await other.executor.idle();
          throw new Error("the answer was lost");
        }),
      );

      const error = rejection(executor.run(holds, { id: "a" }));
      await stage.clock.advance(1000);

      expect(await error).toMatchObject({ code: "EXECUTUS_FENCED", runId: "a" });
      held.open();
      await other.executor.idle();
      expect(ran).toEqual([2]);
    });
  }
});

test("a begin that meets a removal that was cut off finishes it, and begins", async () => {
  await using stage = bench();
  const { executor, store } = stage.spawn();
  const other = stage.spawn();
  store.interfere(
    "insertRun",
    once(async (call) => {
      await other.executor.run(greet, { id: "a" });
      const row = await other.store.getRun("a");
      if (row === undefined) throw new Error("no row");
      const guard = { status: "completed", maxGeneration: 1 } as const;
      await other.store.updateRun(row, { status: "deleting", updatedAt: 0 }, guard);
      return call();
    }),
  );

  const handle = await executor.start(greet, { id: "a" });

  expect(await handle.result()).toBe("hi");
  const journals = store.calls.flatMap(({ verb, args }) => (verb === "append" ? [args[0]] : []));
  expect(new Set(journals).size).toBe(1);
});

test("a begin that another overtakes gives that one's result, also if its own record cannot be removed", async () => {
  await using stage = bench();
  const { executor, store } = stage.spawn();
  const other = stage.spawn();
  store.interfere("deleteRun", fails(wrong));
  store.interfere(
    "insertRun",
    once(async (call) => {
      await other.executor.run(greet, { id: "a" });
      return call();
    }),
  );

  expect(await executor.run(greet, { id: "a" })).toBe("hi");

  expect(stage.logger.warnings()).toEqual([expect.stringMatching(/left behind/)]);
});
