import { defineLoop, defineRun, ExecutusError } from "@executus/core";
import type { Executor, JournalRecord, RunRow } from "@executus/core";
import { describe, expect, test } from "vitest";
import { bench } from "../support/bench.ts";
import { rejection } from "../support/promises.ts";
import { answerLost, fails, journalOf, once, typesOf } from "../support/stores.ts";
import type { Interference } from "../support/stores.ts";

const greet = defineRun("greet", { version: "1" })
  .phase("think", () => "hm")
  .phase("speak", () => "hi");

/** A row whose journal is gone: an insertion that was applied after its run had been removed. */
const ghost: RunRow = {
  id: "a",
  incarnation: "ghost",
  queue: "default",
  definition: "greet",
  version: "1",
  status: "active",
  code: "",
  generation: 1,
  owner: "nobody:1:1:x",
  dueAt: 0,
  createdAt: 0,
  updatedAt: 0,
};

describe("a row without a journal", () => {
  test("is no run: it is removed, and its id can be begun", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    await store.open();
    await store.insertRun(ghost);

    expect(await executor.get("a")).toBeUndefined();
    expect(await store.getRun("a")).toBeUndefined();
    expect(await executor.run(greet, { id: "a" })).toBe("hi");
  });

  test("is not removed if it has changed since: it was another's, begun meanwhile", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const other = stage.spawn();
    await store.open();
    await store.insertRun(ghost);
    store.interfere(
      "lastRecord",
      once(async (call) => {
        const none = await call();
        await store.deleteRun(ghost);
        await other.executor.run(greet, { id: "a" });
        return none;
      }),
    );

    expect(await executor.get("a")).toMatchObject({ status: "completed", output: "hi" });
  });

  test("is not removed if it changes just before it would be marked", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const other = stage.spawn();
    await store.open();
    await store.insertRun(ghost);
    store.interfere(
      "updateRun",
      once(async (call) => {
        await store.deleteRun(ghost);
        await other.executor.run(greet, { id: "a" });
        return call();
      }),
    );

    expect(await executor.get("a")).toMatchObject({ status: "completed", output: "hi" });
  });
});

describe("a begin whose row was inserted a second time, after its run had been removed", () => {
  test("is rejected, and leaves no row", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const other = stage.spawn();
    let tries = 0;
    store.interfere("insertRun", async (call) => {
      tries += 1;
      const inserted = await call();
      if (tries === 1) await endAndDelete(other.executor);
      if (tries > 2) return inserted;
      throw new Error("the answer was lost");
    });
    let ran = false;
    const runs = defineRun("runs", { version: "1" }).phase("run", () => {
      ran = true;
    });

    const error = rejection(executor.run(runs, { id: "a" }));
    await stage.clock.advance(1000);

    expect(await error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", uncertain: true });
    expect(ran).toBe(false);
    expect(await store.getRun("a")).toBeUndefined();

    async function endAndDelete(by: Executor): Promise<void> {
      stage.clock.gone.add((await store.getRun("a"))?.owner ?? "");
      await by.cancel("a");
      stage.clock.gone.clear();
      expect(await by.delete("a")).toBe(true);
    }
  });
});

describe("a save of unknown fate, whose slot cannot be read", () => {
  test("is settled by the next one, and does not fence its own owner", async () => {
    await using stage = bench();
    const { store } = stage.spawn();
    let saves = 0;
    store.interfere("append", (call, args) => {
      const [, { type }] = args as [string, JournalRecord];
      if (type === "save") saves += 1;
      return type === "save" && saves === 1 ? answerLost(call, args) : undefined;
    });
    let refused = false;
    const { executor } = stage.spawn({
      store: {
        ...store,
        async *readJournal(journal, options) {
          if (!refused) {
            refused = true;
            throw new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", "The password is wrong.");
          }
          yield* store.readJournal(journal, options);
        },
      },
    });
    const three = defineRun("three", { version: "1" })
      .phase("one", () => 1)
      .phase("two", () => 2)
      .phase("three", () => 3);

    const running = executor.run(three, { id: "a" });
    running.catch(() => {});
    await stage.clock.advance(1000);

    expect(await running).toBe(3);
    expect(await typesOf(store, "a")).toEqual(["begin", "save", "save", "complete"]);
  });
});

describe("a save of unknown fate that the store then refuses for good", () => {
  for (const code of ["EXECUTUS_STORE_MISCONFIGURED", "EXECUTUS_TOO_LARGE"] as const) {
    test(`(${code}) may have been applied all the same: the next one finds out`, async () => {
      await using stage = bench();
      const { executor, store } = stage.spawn({ saveTimeoutMs: 1000 });
      let refusals = 0;
      const steps = defineRun("three", { version: "1" })
        .phase("one", () => 1)
        .phase("two", () => {
          off();
          return 2;
        })
        .phase("three", () => 3);
      const lost: Interference = (call, [, record]) =>
        (record as JournalRecord).type === "save" ? answerLost(call, []) : undefined;
      const off = store.interfere("append", lost);
      store.interfere("append", (_call, [, record]) => {
        if ((record as JournalRecord).type !== "save" || refusals > 0) return undefined;
        refusals += 1;
        return Promise.reject(new ExecutusError(code, "Refused."));
      });

      const running = executor.run(steps, { id: "a" });
      running.catch(() => {});
      await stage.clock.advance(2000);

      expect(await running).toBe(3);
      expect(refusals).toBe(1);
      expect(await typesOf(store, "a")).toEqual(["begin", "save", "complete"]);
      expect(await executor.get("a")).toMatchObject({ completedPhases: ["one", "two", "three"] });
    });
  }

  test("each time it is asked leaves the run to others once its lease is over", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn({ saveTimeoutMs: 1000, leaseMs: 30_000 });
    const tooLarge = new ExecutusError("EXECUTUS_TOO_LARGE", "Refused.");
    const steps = defineRun("three", { version: "1" })
      .phase("one", () => 1)
      .phase("two", () => {
        off();
        store.interfere("append", fails(tooLarge));
        return 2;
      })
      .phase("three", () => 3);
    const off = store.interfere("append", (call, [, record]) =>
      (record as JournalRecord).type === "save" ? fails()(call, []) : undefined,
    );
    const running = executor.run(steps, { id: "a" });
    running.catch(() => {});

    await stage.clock.advance(60_000);

    expect(await running).toBe(3);
    const other = stage.spawn({ definitions: [steps] }).executor;
    expect(await other.recover()).toMatchObject({ resumed: ["a"] });
  });
});

describe("what a record carries", () => {
  test("is only what is new: outputs of phases, messages and turns of a loop", async () => {
    await using stage = bench();
    const { executor, store } = stage.spawn();
    const talk = defineLoop("talk", {
      version: "1",
      turn: ({ turn }) => ({ append: [turn], done: turn === 2 }),
    });
    await executor.run(greet, { id: "phases" });
    await executor.run(talk, { id: "loop" });

    const payload = async (id: string): Promise<unknown> => {
      const [, save] = await journalOf(store, id);
      return JSON.parse(String(save?.data).split("\n")[1] ?? "");
    };

    expect(await payload("phases")).toEqual({
      outputs: [{ name: "think", index: 0, output: "hm" }],
    });
    expect(await payload("loop")).toEqual({ messages: [1], from: 0, turns: 1 });
  });

  test("of a turn with a message that cannot be saved is none of it, so that a retry doubles nothing", async () => {
    await using stage = bench();
    let broken = true;
    const talk = defineLoop<undefined, unknown, readonly unknown[]>("talk", {
      version: "1",
      turn: ({ turn, history }) => ({
        append: [`fine ${turn}`, turn === 2 && broken ? () => {} : `also ${turn}`],
        done: turn === 3,
        output: [...history],
      }),
    });
    const { executor } = stage.spawn({ definitions: [talk] });
    await rejection(executor.run(talk, { id: "a" }));
    broken = false;

    const output = await (await executor.retry("a")).result();

    expect(output).toEqual(["fine 1", "also 1", "fine 2", "also 2"]);
  });
});

describe("a listing that lags", () => {
  test("does not make prune delete a run that was retried and completed meanwhile", async () => {
    await using stage = bench();
    let broken = true;
    const flaky = defineRun("flaky", { version: "1" }).phase("try", () => {
      if (broken) throw new Error("broken");
      return "mended";
    });
    const { executor, store } = stage.spawn({ definitions: [flaky] });
    await rejection(executor.run(flaky, { id: "a" }));
    const stale = await store.listRuns({ status: "failed", limit: 10 });
    await stage.clock.advance(10_000);
    broken = false;
    await (await executor.retry("a")).result();
    store.interfere("listRuns", (_call, [query]) =>
      (query as { status: string }).status === "failed" ? Promise.resolve(stale) : undefined,
    );

    expect(await executor.prune({ olderThanMs: 5000 })).toBe(0);
    expect(await executor.get("a")).toMatchObject({ status: "completed", output: "mended" });
  });
});
