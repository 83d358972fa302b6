import { memoryStore } from "@executus/adapter-memory";
import { createExecutor, defineLoop, defineRun, InvalidInputError, phase } from "@executus/core";
import type { Executor, ExecutorOptions, RunOptions } from "@executus/core";
import { describe, expect, test } from "vitest";
import { testLogger } from "../support/logger.ts";
import { rejection } from "../support/promises.ts";
import { watched } from "../support/stores.ts";

const greet = defineRun<unknown>("greet", { version: "1" }).phase("greet", () => "hi");

function setUp() {
  const store = watched(memoryStore());
  const logger = testLogger();
  return { store, logger, executor: createExecutor({ store, logger }) };
}

describe("a run id", () => {
  for (const [what, id] of [
    ["that is empty", ""],
    ["of more than 512 bytes", "é".repeat(257)],
    ["with a control character", "a\nb"],
    ["with NUL", "a\0b"],
    ["with a lone surrogate", "a\ud800"],
    ["that is no string", 42],
  ] as const) {
    test(`${what} is refused before anything is read or written`, async () => {
      const { executor, store } = setUp();

      const errors = [
        await rejection(executor.run(greet, { id: id as string })),
        await rejection(executor.start(greet, { id: id as string })),
        await rejection(executor.get(id as string)),
        await rejection(executor.attach(id as string)),
        await rejection(executor.cancel(id as string)),
        await rejection(executor.retry(id as string)),
        await rejection(executor.delete(id as string)),
      ];

      for (const error of errors) expect(error).toMatchObject({ code: "EXECUTUS_INVALID_RUN_ID" });
      expect(store.calls).toEqual([]);
    });
  }

  test("of 512 bytes of emoji, or that looks like an operator or a path, is an ordinary id", async () => {
    const { executor } = setUp();
    const ids = [
      "😀".repeat(128),
      "$gt",
      "../x",
      "a#b",
      "run",
      "run#1",
      "run ",
      "RUN",
      "__proto__",
    ];

    for (const id of ids) expect(await executor.run(greet, { id, input: id })).toBe("hi");

    for (const id of ids) expect(await executor.get(id)).toMatchObject({ id, input: id });
  });
});

describe("an input", () => {
  const schema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) =>
        typeof (value as { n?: unknown }).n === "number"
          ? { value: { n: (value as { n: number }).n, checked: true } }
          : { issues: [{ message: "got secret-value", path: ["n"] }] },
    },
  } as const;
  const checked = defineRun("checked", { version: "1", input: schema }).phase(
    "show",
    (context) => context.input,
  );

  test("that does not fit its schema begins nothing, and its value is not in the message", async () => {
    const { executor, store } = setUp();

    const error = await rejection(executor.run(checked, { id: "a", input: { n: "secret-value" } }));

    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ code: "EXECUTUS_INVALID_INPUT", runId: "a" });
    expect((error as Error).message).toContain('"input.n"');
    expect(JSON.stringify(error) + (error as Error).message).not.toContain("secret-value");
    expect((error as InvalidInputError).issues).toHaveLength(1);
    expect(store.calls.map(({ verb }) => verb)).toEqual(["getRun"]);
  });

  test("is given to phases as its schema makes it, and recorded as it was given", async () => {
    const { executor } = setUp();

    expect(await executor.run(checked, { id: "a", input: { n: 1 } })).toEqual({
      n: 1,
      checked: true,
    });
    expect(await executor.get("a")).toMatchObject({ input: { n: 1 } });
  });

  test("that cannot be encoded is refused with its path, before anything is written", async () => {
    const { executor, store } = setUp();

    const error = await rejection(
      executor.run(greet, { id: "a", input: { deep: [{ call: () => "secret" }] } }),
    );

    expect(error).toMatchObject({
      code: "EXECUTUS_NOT_SERIALIZABLE",
      path: ["input", "deep", 0, "call"],
    });
    expect((error as Error).message).toMatch(
      /^"input\.deep\[0\]\.call" cannot be saved: it is a function/,
    );
    expect(store.calls.map(({ verb }) => verb)).toEqual(["getRun"]);
  });
});

describe("a value that cannot be encoded", () => {
  test("in an output fails the run, names its path, and what can be saved is", async () => {
    const { executor, logger } = setUp();
    const definition = defineRun("bad", { version: "1" })
      .phase("good", () => "kept")
      .phase("rank", () => ({ scores: [1, { of: new WeakMap() }] }))
      .phase("never", () => "never");

    const error = await rejection(executor.run(definition, { id: "a" }));

    expect(error).toMatchObject({
      code: "EXECUTUS_NOT_SERIALIZABLE",
      path: ["outputs", "rank", "scores", 1, "of"],
    });
    expect(await executor.get("a")).toMatchObject({
      status: "failed",
      code: "EXECUTUS_NOT_SERIALIZABLE",
      completedPhases: ["good"],
    });
    expect(logger.warnings()).toEqual([
      expect.stringMatching(/left out.*outputs\.rank\.scores\[1\]\.of/),
    ]);
  });

  test("in a message is named by its place in the whole history", async () => {
    const { executor } = setUp();
    const definition = defineLoop("bad", {
      version: "1",
      turn: ({ turn }) => ({
        append: turn < 3 ? [turn] : ["fine", { content: [{ execute: () => {} }] }],
      }),
    });

    const error = await rejection(executor.run(definition, { id: "a" }));

    expect((error as Error).message).toContain('"history[3].content[0].execute"');
    expect(await executor.get("a")).toMatchObject({ status: "failed", turns: 2 });
  });

  test("in an error is left out of the record, and the caller gets the error untouched", async () => {
    const { executor } = setUp();
    const mine = Object.assign(new Error("request failed"), { request: new AbortController() });
    const definition = defineRun("bad", { version: "1" }).phase("call", () => Promise.reject(mine));

    expect(await rejection(executor.run(definition, { id: "a" }))).toBe(mine);

    const recorded = await rejection(executor.run(definition, { id: "a" }));
    expect(recorded).toMatchObject({
      code: "EXECUTUS_RUN_FAILED",
      cause: { message: "request failed" },
      message: expect.stringContaining('"error.request"'),
    });
  });
});

describe("misuse by the programmer", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "a definition without a name",
      () => defineRun("", { version: "1" }),
      /definition's name.*is empty/,
    ],
    [
      "a version of 65 bytes",
      () => defineRun("a", { version: "v".repeat(65) }),
      /version.*65 bytes/,
    ],
    [
      "a version that is no text",
      () => defineRun("a", { version: 1 as never }),
      /version.*"number"/,
    ],
    [
      "a phase that is no function",
      () => greet.phase("x", 1 as never),
      /phase "x" to be a function/,
    ],
    ["a phase without a name", () => greet.phase("", () => 1), /phase's name/],
    [
      "a built phase that is no function",
      () => phase("x", 1 as never),
      /phase "x" to be a function/,
    ],
    [
      "a build that is no function",
      () => defineRun("a", { version: "1", build: 1 as never }),
      /"build"/,
    ],
    [
      "a schema that is none",
      () => defineRun("a", { version: "1", input: {} as never }),
      /Standard Schema/,
    ],
    [
      "a critic that is no function",
      () => defineRun("a", { version: "1", critic: 1 as never }),
      /critic/,
    ],
    [
      "a negative time limit",
      () => defineRun("a", { version: "1", timeoutMs: -1 }),
      /timeoutMs.*`-1`/,
    ],
    [
      "a turn that is no function",
      () => defineLoop("a", { version: "1", turn: 1 as never }),
      /"turn"/,
    ],
    [
      "no turns",
      () => defineLoop("a", { version: "1", maxTurns: 0, turn: () => ({}) }),
      /"maxTurns".*`0`/,
    ],
    ["a lease of zero", () => createExecutor({ leaseMs: 0 }), /"leaseMs".*`0` \(number\)/],
    ["a lease that is text", () => createExecutor({ leaseMs: "1s" as never }), /"leaseMs".*string/],
    [
      "a sweep without end",
      () => createExecutor({ store: memoryStore(), recovery: { everyMs: 0 } }),
      /recovery\.everyMs/,
    ],
    [
      "two definitions of one name",
      () => createExecutor({ definitions: [greet, greet] }),
      /"greet" is registered twice/,
    ],
    [
      "a definition that is none",
      () => createExecutor({ definitions: [{} as never] }),
      /made by defineRun/,
    ],
    ["a store that is none", () => createExecutor({ store: {} as never }), /"store"/],
    [
      "a store and a factory",
      () =>
        createExecutor({
          store: memoryStore(),
          checkpointers: { begin: () => Promise.reject(new Error("never")) },
        }),
      /not both/,
    ],
    [
      "an unknown durability",
      () => createExecutor({ durability: "maybe" as never }),
      /"durability"/,
    ],
    ["a queue without a name", () => createExecutor({ queue: "" }), /queue/],
  ];
  for (const [what, misuse, message] of cases) {
    test(`${what} is a TypeError that names it`, () => {
      expect(misuse).toThrow(TypeError);
      expect(misuse).toThrow(message);
    });
  }

  const calls: readonly [string, (executor: Executor) => Promise<unknown>, RegExp][] = [
    ["a run of what is no definition", (e) => e.run({} as never), /definition made by/],
    ["options that are none", (e) => e.run(greet, "a" as never), /options/],
    ["an unknown ifActive", (e) => e.run(greet, { ifActive: "x" as never }), /"ifActive"/],
    ["a time limit of NaN", (e) => e.run(greet, { timeoutMs: Number.NaN }), /"timeoutMs".*`NaN`/],
    [
      "a deadline that is a Date",
      (e) => e.run(greet, { deadline: new Date() as never }),
      /"deadline"/,
    ],
    ["a state that is none", (e) => e.run(greet, { resume: [] as never }), /"resume"/],
    [
      "a checkpointer that is none",
      (e) => e.run(greet, { checkpointer: {} as never }),
      /"checkpointer"/,
    ],
    ["a page of no runs", (e) => e.list({ limit: 0 }), /"limit"/],
    ["an unknown status", (e) => e.list({ status: "gone" as never }), /"status"/],
    ["a negative age", (e) => e.prune({ olderThanMs: -1 }), /"olderThanMs"/],
    ["a negative grace", (e) => e.shutdown({ graceMs: -1 }), /"graceMs"/],
  ];
  for (const [what, call, message] of calls) {
    test(`${what} rejects with a TypeError that names it, and writes nothing`, async () => {
      const { executor, store } = setUp();

      const error = await rejection(call(executor));

      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(message);
      expect(store.calls).toEqual([]);
    });
  }

  test("a factory that gives no checkpointer rejects the run, which must not go on as if it had none", async () => {
    for (const nothing of [undefined, {}, { save: 1 }]) {
      const executor = createExecutor({ checkpointers: { begin: async () => nothing as never } });

      const error = await rejection(executor.run(greet, {}));

      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(/"begin" of the factory gives to be a/);
    }
  });

  test("a turn that returns nonsense fails its run", async () => {
    const { executor } = setUp();
    const turn = (result: unknown) =>
      defineLoop("bad", { version: "1", turn: () => result as never });

    for (const [result, message] of [
      ["text", /\{ append, done, output \}/],
      [{ append: "text" }, /"append"/],
      [{ done: 1 }, /"done"/],
    ] as const) {
      const error = await rejection(executor.run(turn(result)));
      expect((error as Error).message).toMatch(message);
    }
  });
});

describe("after disposal", () => {
  const options: readonly ExecutorOptions[] = [{ store: memoryStore() }, {}];
  for (const given of options) {
    test(`every verb ${given.store === undefined ? "without" : "with"} a store rejects with EXECUTOR_CLOSED`, async () => {
      const executor = createExecutor(given);
      await executor[Symbol.asyncDispose]();
      await executor[Symbol.asyncDispose]();

      const none: RunOptions<unknown> = {};
      for (const call of [
        executor.run(greet, none),
        executor.start(greet, none),
        executor.get("a"),
        executor.list(),
        executor.attach("a"),
        executor.cancel("a"),
        executor.retry("a"),
        executor.delete("a"),
        executor.prune({ olderThanMs: 1 }),
        executor.recover(),
      ]) {
        expect(await rejection(call)).toMatchObject({ code: "EXECUTUS_EXECUTOR_CLOSED" });
      }
      await executor.idle();
    });
  }

  test("a store that is kept can be used by another executor", async () => {
    const store = memoryStore();
    await createExecutor({ store, keepStore: true })[Symbol.asyncDispose]();

    expect(await createExecutor({ store }).run(greet, {})).toBe("hi");
  });
});
