import {
  createExecutor,
  defineLoop,
  defineRun,
  withExistingCheckpointer,
  withResumeState,
} from "@executus/core";
import type { Executor, ResumeState } from "@executus/core";
import { describe, expect, test } from "vitest";
import { testLogger } from "../support/logger.ts";
import { recorder } from "../support/recorder.ts";

const steps = defineRun("steps", { version: "1" })
  .phase("a", () => "fresh A")
  .phase("b", ({ outputs }) => `${outputs.a}, B`);

const afterA: ResumeState = {
  history: [],
  turns: 0,
  completedPhases: [{ name: "a", index: 0, output: "old A" }],
};

const executor = (): Executor => createExecutor({ logger: testLogger() });

describe("a given checkpointer", () => {
  test("is used instead of begin, through options, and is finalised", async () => {
    const factory = recorder();
    const given = recorder();
    const runs = createExecutor({ checkpointers: factory });

    const output = await runs.run(steps, {
      id: "x",
      resume: afterA,
      checkpointer: given.checkpointer,
    });

    expect(output).toBe("old A, B");
    expect(factory.verbs()).toEqual([]);
    expect(given.verbs()).toEqual(["complete"]);
  });

  test("is finalised also when nothing else was done", async () => {
    const given = recorder();
    const resume: ResumeState = {
      history: [],
      turns: 0,
      completedPhases: [
        { name: "a", index: 0, output: "A" },
        { name: "b", index: 1, output: "all" },
      ],
    };

    expect(await executor().run(steps, { id: "x", resume, checkpointer: given.checkpointer })).toBe(
      "all",
    );
    expect(given.verbs()).toEqual(["complete"]);
  });

  test("of a run whose completed positions differ is released, nothing is executed, and the caller is told", async () => {
    const given = recorder();
    const resume: ResumeState = {
      ...afterA,
      completedPhases: [{ name: "z", index: 0, output: 1 }],
    };

    const running = executor().run(steps, { id: "x", resume, checkpointer: given.checkpointer });

    await expect(running).rejects.toMatchObject({ code: "EXECUTUS_DEFINITION_CHANGED" });
    expect(given.verbs()).toEqual(["release"]);
  });

  test("and resume state are carried to a run whose options cannot be reached", async () => {
    const given = recorder();

    const output = await withExistingCheckpointer(given.checkpointer, () =>
      withResumeState(afterA, () => executor().run(steps, { id: "x" })),
    );

    expect(output).toBe("old A, B");
    expect(given.verbs()).toEqual(["complete"]);
  });

  test("that is carried loses against an explicit one", async () => {
    const carried = recorder();
    const explicit = recorder();

    await withExistingCheckpointer(carried.checkpointer, () =>
      executor().run(steps, { id: "x", checkpointer: explicit.checkpointer }),
    );

    expect(carried.verbs()).toEqual([]);
    expect(explicit.verbs()).toEqual(["save", "complete"]);
  });

  test("that is carried is for the first run only", async () => {
    const given = recorder();
    const runs = executor();

    const outputs = await withExistingCheckpointer(given.checkpointer, async () => [
      await withResumeState(afterA, () => runs.run(steps, { id: "x" })),
      await runs.run(steps, { id: "y" }),
    ]);

    expect(outputs).toEqual(["old A, B", "fresh A, B"]);
    expect(given.verbs()).toEqual(["complete"]);
  });

  test("that is carried is not seen by a run that is started inside a run", async () => {
    const given = recorder();
    const runs = executor();
    const outer = defineRun("outer", { version: "1" }).phase("inner", () =>
      runs.run(steps, { id: "inner" }),
    );

    const output = await withExistingCheckpointer(given.checkpointer, () =>
      runs.run(outer, { id: "outer" }),
    );

    expect(output).toBe("fresh A, B");
    expect(given.verbs()).toEqual(["complete"]);
  });

  test("is not mixed up between runs at the same time", async () => {
    const runs = executor();
    const loop = defineLoop<undefined, string, readonly string[]>("loop", {
      version: "1",
      turn: ({ history, turn }) => ({ append: [`t${turn}`], done: turn === 3, output: history }),
    });
    const recorders = [recorder(), recorder(), recorder()];

    const outputs = await Promise.all(
      recorders.map(({ checkpointer }, i) => {
        const state = { history: [`was ${i}`], turns: 1, completedPhases: [] };
        return withExistingCheckpointer(checkpointer, () =>
          withResumeState(state, () => runs.run(loop, { id: `run ${i}` })),
        );
      }),
    );

    expect(outputs.map(([first]) => first)).toEqual(["was 0", "was 1", "was 2"]);
    for (const { verbs } of recorders) expect(verbs()).toEqual(["save", "complete"]);
  });
});

test("two phases of one name both run, and on resume after the first only the second runs", async () => {
  const ran: string[] = [];
  const twice = defineRun("twice", { version: "1" })
    .phase("check", () => ran.push("first check"))
    .phase("work", () => ran.push("work"))
    .phase("check", () => ran.push("second check"));
  const resume: ResumeState = {
    history: [],
    turns: 0,
    completedPhases: [
      { name: "check", index: 0, output: 1 },
      { name: "work", index: 1, output: 2 },
    ],
  };

  await executor().run(twice);
  const fresh = ran.splice(0);
  await executor().run(twice, { resume });

  expect(fresh).toEqual(["first check", "work", "second check"]);
  expect(ran).toEqual(["second check"]);
});
