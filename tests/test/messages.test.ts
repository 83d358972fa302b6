import { writeFileSync } from "node:fs";
import { sqliteStore } from "@executus/adapter-sqlite";
import {
  createExecutor,
  defineAgent,
  defineLoop,
  defineRun,
  defineTool,
  errorCodes,
  ExecutusError,
} from "@executus/core";
import type { ErrorCode } from "@executus/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { anything, calling } from "../support/agents.ts";
import { bench } from "../support/bench.ts";
import type { Bench } from "../support/bench.ts";
import { settle } from "../support/clock.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { fails, hangs, once, sqlitePlace } from "../support/stores.ts";
import type { WatchedStore } from "../support/stores.ts";

/** What must be in no message and no log line. */
const secret = "s3cr3t";

interface Told {
  readonly code: ErrorCode;
  /** What brings it about; gives what the caller gets. */
  readonly provoke: (world: Bench) => Promise<unknown>;
  /** All that a tired user is told. */
  readonly message: string | RegExp;
}

const greet = defineRun<unknown>("greet", { version: "1" }).phase("greet", () => "hi");
const fail = defineRun<unknown>("fail", { version: "1" }).phase("fail", () => {
  throw new RangeError(`no disk for ${secret}`);
});

/** A run that stands still until it is aborted. */
function standing() {
  const arrived = gate();
  const definition = defineRun<unknown>("standing", { version: "1" }).phase(
    "stand",
    ({ signal }) => {
      arrived.open();
      return untilAborted(signal);
    },
  );
  return { arrived: arrived.opened, definition };
}

/** Starts one, and gives what its caller will get. */
async function standStill(world: Bench, options = {}) {
  const { executor, store } = world.spawn(options);
  const { arrived, definition } = standing();
  const running = rejection(executor.run(definition, { id: "a", input: secret }));
  await arrived;
  return { executor, store, definition, running };
}

/** Changes the data of the last record of a run, as a broken disk would. */
async function damage(store: WatchedStore, change: (data: string) => string): Promise<void> {
  const { lastRecord, readJournal } = store;
  const broken = (record: { data: string | Uint8Array }) => ({
    ...record,
    data: change(String(record.data)),
  });
  Object.assign(store, {
    lastRecord: async (journal: string) => broken((await lastRecord(journal)) as never),
    async *readJournal(journal: string, options: { fromSeq: number }) {
      for await (const record of readJournal(journal, options)) yield broken(record);
    },
  });
}

const table: readonly Told[] = [
  {
    code: "EXECUTUS_RUN_EXISTS",
    provoke: async (world) => {
      const { executor } = world.spawn();
      await executor.run(greet, { id: "a", input: secret });
      return rejection(executor.run(greet, { id: "a", input: "another" }));
    },
    message:
      'There is a run with the id "a" already, with another input. Choose another id, or delete that run first.',
  },
  {
    code: "EXECUTUS_RUN_NOT_FOUND",
    provoke: (world) => rejection(world.spawn().executor.attach("a")),
    message: 'There is no run with the id "a". Check the id, or begin it with run.',
  },
  {
    code: "EXECUTUS_RUN_ACTIVE",
    provoke: async (world) => {
      const { definition } = await standStill(world);
      const other = world.spawn().executor;
      return rejection(other.run(definition, { id: "a", input: secret, ifActive: "reject" }));
    },
    message:
      'Run "a" is being driven by another process. Call run without ifActive: "reject" to wait for it.',
  },
  {
    code: "EXECUTUS_RUN_ACTIVE",
    provoke: async (world) => rejection((await standStill(world)).executor.delete("a")),
    message: 'Run "a" has not ended. Cancel it first, then delete it.',
  },
  {
    code: "EXECUTUS_RUN_COMPLETED",
    provoke: async (world) => {
      const { executor } = world.spawn();
      await executor.run(greet, { id: "a" });
      return rejection(executor.retry("a"));
    },
    message: 'Run "a" has completed. Only a failed run can be retried.',
  },
  {
    code: "EXECUTUS_RUN_FAILED",
    provoke: async (world) => {
      const { executor } = world.spawn();
      await rejection(executor.run(fail, { id: "a" }));
      return rejection(executor.run(fail, { id: "a" }));
    },
    message: 'Run "a" has failed: see the cause of this error. Call retry to run it again.',
  },
  {
    code: "EXECUTUS_FENCED",
    provoke: async (world) => {
      const { running, store, definition } = await standStill(world);
      const stops = store.interfere("updateRun", hangs);
      await world.clock.advance(31_000);
      stops();
      void rejection(world.spawn().executor.run(definition, { id: "a", input: secret }));
      return running;
    },
    message:
      'Run "a" is driven by somebody else now; this process has stopped. Call run again to wait for its result.',
  },
  {
    code: "EXECUTUS_SHUTDOWN",
    provoke: async (world) => {
      const { executor, running } = await standStill(world);
      await executor.shutdown({ graceMs: 0 });
      return running;
    },
    message: "The executor is shutting down; the run is left to be continued by another process.",
  },
  {
    code: "EXECUTUS_CANCELLED",
    provoke: async (world) => {
      const { executor, running } = await standStill(world);
      await executor.cancel("a");
      return running;
    },
    message: 'Run "a" was cancelled. Call retry to open it again.',
  },
  {
    code: "EXECUTUS_DEADLINE_EXCEEDED",
    provoke: (world) => rejection(world.spawn().executor.run(greet, { id: "a", deadline: 1 })),
    message:
      'Run "a" did not end before its deadline. Call retry to give it the same time again, or begin it under another id with a longer "timeoutMs".',
  },
  {
    code: "EXECUTUS_CRITIC_KILLED",
    provoke: (world) => {
      const watchedOver = defineRun("two", { version: "1", critic: () => ({ kill: "too dear" }) })
        .phase("one", () => 1)
        .phase("two", () => 2);
      return rejection(world.spawn().executor.run(watchedOver, { id: "a" }));
    },
    message: 'Run "a" was ended by its critic: too dear. Call retry to open it again.',
  },
  {
    code: "EXECUTUS_TURN_LIMIT",
    provoke: (world) => {
      const endless = defineLoop("endless", { version: "1", maxTurns: 2, turn: () => ({}) });
      return rejection(world.spawn().executor.run(endless, { id: "a" }));
    },
    message:
      'Run "a" has not ended within its limit of 2 turns. Raise "maxTurns", or mend what keeps it from ending, then call retry.',
  },
  {
    code: "EXECUTUS_TOOL_LOOP",
    provoke: (world) => {
      const tool = defineTool({ description: "x", inputSchema: anything, execute: () => secret });
      const circle = defineAgent("circle", {
        version: "1",
        tools: { tool },
        model: () => calling(["tool", secret]),
      });
      return rejection(world.spawn().executor.run(circle, { id: "a", input: "Why?" }));
    },
    message:
      'Run "a" has repeated a call of the tool "tool" more than 3 times with the same input and result, and nothing new came of any other. Mend the tool or the instructions, or raise "maxRepeatedToolCalls", then call retry.',
  },
  {
    code: "EXECUTUS_ATTEMPTS_EXHAUSTED",
    provoke: async (world) => {
      const options = { maxFailedAttemptsWithoutProgress: 0 };
      const { store, definition } = await standStill(world, options);
      for (const verb of ["append", "updateRun"] as const) store.interfere(verb, hangs);
      await world.clock.advance(31_000);
      const { executor } = world.spawn({ ...options, definitions: [definition] });
      await executor.recover();
      const recorded = await executor.get("a");
      return recorded?.error;
    },
    message:
      'Run "a" was interrupted too often: 1 of its attempts stopped without a word, the last 1 without progress. Mend what stops its process, then call retry.',
  },
  {
    code: "EXECUTUS_DEFINITION_CHANGED",
    provoke: async (world) => {
      const { executor } = await standStill(world);
      await executor.shutdown({ graceMs: 0 });
      const newer = defineRun<unknown>("standing", { version: "2" }).phase("stand", () => 1);
      return rejection(world.spawn().executor.run(newer, { id: "a", input: secret }));
    },
    message:
      'Run "a" was begun with version "1" of "standing", which version "2" does not accept. Name it in "accepts", or run it where that version is.',
  },
  {
    code: "EXECUTUS_UNKNOWN_DEFINITION",
    provoke: async (world) => {
      const { executor } = await standStill(world);
      await executor.shutdown({ graceMs: 0 });
      const { skipped } = await world.spawn().executor.recover();
      return skipped[0]?.error;
    },
    message:
      'Run "a" is of the definition "standing", which is not registered here. Add it to the executor\'s "definitions".',
  },
  {
    code: "EXECUTUS_NOT_SERIALIZABLE",
    provoke: (world) =>
      rejection(world.spawn().executor.run(greet, { id: "a", input: { [`a-b`]: [() => secret] } })),
    message: '"input["a-b"][0]" cannot be saved: it is a function. Save plain data in its place.',
  },
  {
    code: "EXECUTUS_TOO_LARGE",
    provoke: (world) => {
      const { executor } = world.spawn({ maxRecordedBytes: 1000 });
      return rejection(executor.run(greet, { id: "a", input: secret.repeat(1000) }));
    },
    message: '"input" is too large to be saved. Save less, or raise "maxRecordedBytes".',
  },
  {
    code: "EXECUTUS_INVALID_RUN_ID",
    provoke: (world) => rejection(world.spawn().executor.run(greet, { id: "" })),
    message: "The run id is empty. Use 1 to 512 bytes of UTF-8 without control characters.",
  },
  {
    code: "EXECUTUS_INVALID_INPUT",
    provoke: (world) => {
      const input = z.object({ n: z.number() });
      const checked = defineRun("checked", { version: "1", input }).phase("one", () => 1);
      return rejection(world.spawn().executor.run(checked, { input: { n: secret as never } }));
    },
    message:
      'The input of "checked" does not fit its schema at "input.n". See "issues" of this error.',
  },
  {
    code: "EXECUTUS_INVALID_CURSOR",
    provoke: (world) => rejection(world.spawn().executor.list({ cursor: secret })),
    message:
      "The cursor is not that of the page before, of a list with the same status. Begin again without one.",
  },
  {
    code: "EXECUTUS_CORRUPT_RECORD",
    provoke: async (world) => {
      const { executor, store } = world.spawn();
      await executor.run(greet, { id: "a", input: secret });
      await damage(store, (data) => data.replace(secret, "s4cr4t"));
      return rejection(executor.get("a"));
    },
    message:
      'Record 1 of run "a" does not match its checksum. Nothing was changed; restore it from a backup, or cancel the run and delete it.',
  },
  {
    code: "EXECUTUS_UNSUPPORTED_FORMAT",
    provoke: async (world) => {
      const { executor, store } = world.spawn();
      await executor.run(greet, { id: "a", input: secret });
      await damage(store, (data) => data.replace('"v":1', '"v":2'));
      return rejection(executor.get("a"));
    },
    message:
      'Record 1 of run "a" has the format "2", which this process cannot read. Run a version, and a codec, that can.',
  },
  {
    code: "EXECUTUS_UNSUPPORTED",
    provoke: () => rejection(createExecutor().get("a")),
    message: '"get" needs a store. Give createExecutor one with the option "store".',
  },
  {
    code: "EXECUTUS_STORE_UNAVAILABLE",
    provoke: async (world) => {
      const { executor, store } = world.spawn();
      store.interfere("getRun", fails(new Error(`cannot reach ${secret}`)));
      const error = rejection(executor.get("a"));
      for (let n = 0; n < 40; n += 1) await world.clock.advance(1_000);
      return error;
    },
    message:
      'The store did not answer "getRun" in time. Check that it can be reached, then try again.',
  },
  {
    code: "EXECUTUS_STORE_MISCONFIGURED",
    provoke: async () => {
      using place = sqlitePlace();
      writeFileSync(place.database, secret.repeat(1000));
      await using store = sqliteStore({ database: place.database });
      return await rejection(store.open());
    },
    message: /^The database ".*runs\.sqlite" is no SQLite database. Name another file\.$/,
  },
  {
    code: "EXECUTUS_STORE_CLOSED",
    provoke: async (world) => {
      const { executor, store } = world.spawn();
      await executor.get("a");
      await store[Symbol.asyncDispose]();
      return rejection(executor.get("a"));
    },
    message: 'The store "memory" was disposed of. Create another one.',
  },
  {
    code: "EXECUTUS_EXECUTOR_CLOSED",
    provoke: async (world) => {
      const { executor } = world.spawn();
      await executor.shutdown();
      return rejection(executor.run(greet, { id: "a" }));
    },
    message: "The executor was shut down. Make a new one to go on.",
  },
];

describe("what a caller is told", () => {
  for (const [index, { code, provoke, message }] of table.entries()) {
    test(`of ${code} (${index})`, async () => {
      await using world = bench();

      const error = (await provoke(world)) as Error;

      expect(error).toMatchObject({ code });
      expect(error.message).toEqual(
        typeof message === "string" ? message : expect.stringMatching(message),
      );
      expect(error.message).not.toContain(secret);
      await settle();
    });
  }

  test("is in this table for every code", () => {
    expect([...new Set(table.map(({ code }) => code))].toSorted()).toEqual(errorCodes.toSorted());
  });
});

interface Logged {
  readonly when: string;
  readonly provoke: (world: Bench) => Promise<unknown>;
  readonly line: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const saves = defineRun<unknown>("saves", { version: "1" })
  .phase("one", () => secret)
  .phase("two", () => 2);

async function advanceWhile(world: Bench, running: Promise<unknown>): Promise<unknown> {
  for (let n = 0; n < 40; n += 1) await world.clock.advance(1_000);
  return running;
}

const lines: readonly Logged[] = [
  {
    when: "a run cannot be begun",
    provoke: async (world) => {
      const { executor, store } = world.spawn();
      store.interfere("append", fails());
      await advanceWhile(world, executor.run(greet, { id: "a", input: secret }));
    },
    line: "The record of a run could not be begun. The run goes on without one: if this process dies, it is lost.",
    fields: { runId: "a", err: expect.any(ExecutusError) },
  },
  {
    when: "a checkpoint cannot be saved",
    provoke: async (world) => {
      const { executor, store } = world.spawn({ leaseMs: 1_000_000 });
      const handle = await executor.start(
        defineRun<unknown>("saves", { version: "1" })
          .phase("one", () => {
            const stop = store.interfere("append", fails());
            world.clock.timer(31_000, stop);
          })
          .phase("two", () => secret),
        { id: "a" },
      );
      await advanceWhile(world, handle.result());
    },
    line: "A checkpoint could not be saved. The run goes on, and the next one carries what is missing.",
    fields: { runId: "a", definition: "saves", version: "1", attempt: 1 },
  },
  {
    when: "an end cannot be recorded",
    provoke: async (world) => {
      const { executor, store } = world.spawn({ leaseMs: 1_000_000 });
      const handle = await executor.start(
        defineRun<unknown>("ends", { version: "1" }).phase("one", () => {
          store.interfere("append", fails());
          return secret;
        }),
        { id: "a" },
      );
      await advanceWhile(world, handle.result());
    },
    line: "The end of a run could not be recorded. Its caller has the result; once its lease is over, another attempt may run.",
    fields: { runId: "a", end: "completed" },
  },
  {
    when: "a critic throws",
    provoke: async (world) => {
      const critic = () => {
        throw new Error("oh");
      };
      const criticised = defineRun("two", { version: "1", critic })
        .phase("one", () => 1)
        .phase("two", () => 2);
      await world.spawn().executor.run(criticised, { id: "a" });
    },
    line: 'The critic threw, which decides nothing: the run goes on. See "err".',
    fields: { runId: "a" },
  },
  {
    when: "a tool throws",
    provoke: async (world) => {
      const tool = defineTool({
        description: "x",
        inputSchema: anything,
        execute: () => Promise.reject(new Error("oh")),
      });
      const agent = defineAgent("agent", {
        version: "1",
        tools: { tool },
        maxTurns: 1,
        model: () => calling(["tool", secret]),
      });
      await rejection(world.spawn().executor.run(agent, { id: "a", input: secret }));
    },
    line: 'A tool failed: see "err". Its model is told, and the run goes on.',
    fields: { runId: "a", tool: "tool" },
  },
  {
    when: "a run that was recovered fails",
    provoke: async (world) => {
      const first = await standStill(world);
      await first.executor.shutdown({ graceMs: 0 });
      const failing = defineRun<unknown>("standing", { version: "1" }).phase("stand", () => {
        throw new Error("oh");
      });
      const { executor } = world.spawn({ definitions: [failing] });
      await executor.recover();
      await executor.idle();
      await settle();
    },
    line: 'A recovered run did not complete: see "err". If it failed, mend the cause, then call retry.',
    fields: { runId: "a", exit: "failed" },
  },
  {
    when: "an interrupted run cannot be run here",
    provoke: async (world) => {
      const first = await standStill(world);
      await first.executor.shutdown({ graceMs: 0 });
      await world.spawn().executor.recover();
    },
    line: 'An interrupted run was left for others: see "err".',
    fields: { runId: "a", err: expect.any(ExecutusError) },
  },
  {
    when: "a heartbeat fails",
    provoke: async (world) => {
      const { store, executor } = await standStill(world);
      store.interfere(
        "updateRun",
        once(fails(new ExecutusError("EXECUTUS_STORE_UNAVAILABLE", "x", { retryable: false }))),
      );
      await world.clock.advance(11_000);
      await executor.shutdown({ graceMs: 0 });
    },
    line: "A heartbeat failed and is tried again. If none succeeds before the lease is over, this process stops the run, and another takes over.",
    fields: { runId: "a" },
  },
  {
    when: "a run that was started fails, and nobody waits for its result",
    provoke: async (world) => {
      const { executor } = world.spawn();
      await executor.start(fail, { id: "a" });
      await executor.idle();
      await settle();
    },
    line: 'A run that was started did not complete: see "err". Its handle tells it to whoever asks for the result.',
    fields: { runId: "a", err: expect.any(RangeError) },
  },
];

describe("what is logged", () => {
  for (const { when, provoke, line, fields } of lines) {
    test(`when ${when}`, async () => {
      await using world = bench();

      await provoke(world);

      expect(world.logger.lines).toContainEqual(
        expect.objectContaining({
          level: "warn",
          message: line,
          fields: expect.objectContaining(fields),
        }),
      );
      for (const { message } of world.logger.lines) expect(message).not.toContain(secret);
    });
  }

  test("of a run that ends as it should is nothing", async () => {
    await using world = bench();

    await world.spawn().executor.run(saves, { id: "a", input: secret });

    expect(world.logger.lines).toEqual([]);
  });
});
