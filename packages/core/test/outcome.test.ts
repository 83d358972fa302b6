import { describe, expect, test } from "vitest";
import { ExecutusError, isExecutusError } from "../src/errors.ts";
import { classifyCheckpointOutcome, isShutdown } from "../src/outcome.ts";

const shutdown = new ExecutusError("EXECUTUS_SHUTDOWN", "stop");

describe("what becomes of a run's record", () => {
  test("no failure completes it, whatever the abort", () => {
    expect(classifyCheckpointOutcome(undefined, undefined)).toBe("complete");
    expect(classifyCheckpointOutcome(undefined, shutdown)).toBe("complete");
  });

  test("a failure after a shutdown leaves it running", () => {
    expect(classifyCheckpointOutcome({ error: new Error("x") }, shutdown)).toBe("leaveRunning");
  });

  test("a failure fails it, also one that is undefined, and one that looks like a shutdown without an abort", () => {
    expect(classifyCheckpointOutcome({ error: undefined }, undefined)).toBe("fail");
    expect(classifyCheckpointOutcome({ error: shutdown }, undefined)).toBe("fail");
    expect(classifyCheckpointOutcome({ error: "x" }, new Error("abort"))).toBe("fail");
  });
});

describe("a shutdown", () => {
  const recognised: readonly [string, unknown][] = [
    ["itself", shutdown],
    ["in a chain of causes", new Error("a", { cause: new Error("b", { cause: shutdown }) })],
    ["inside an AggregateError", new AggregateError([new Error("x"), shutdown])],
    [
      "inside an AggregateError that is a cause",
      new Error("a", { cause: new AggregateError([shutdown]) }),
    ],
    ["of another copy of the package", { code: "EXECUTUS_SHUTDOWN", message: "stop" }],
    ["aliased by a host", Object.assign(new Error("SIGTERM"), { code: "EXECUTUS_SHUTDOWN" })],
  ];
  for (const [where, reason] of recognised) {
    test(`is recognised ${where}`, () => expect(isShutdown(reason)).toBe(true));
  }

  const cycle: Error & { cause?: unknown } = new Error("cycle");
  cycle.cause = new AggregateError([cycle]);
  const others: readonly [string, unknown][] = [
    ["undefined", undefined],
    ["text", "EXECUTUS_SHUTDOWN"],
    ["another error of ours", new ExecutusError("EXECUTUS_CANCELLED", "no")],
    ["a cycle of causes", cycle],
    ["the platform's abort", AbortSignal.abort().reason],
  ];
  for (const [what, reason] of others) {
    test(`is not seen in ${what}`, () => expect(isShutdown(reason)).toBe(false));
  }
});

test("an error of another copy of the package is recognised by its code", () => {
  const foreign = { code: "EXECUTUS_FENCED", name: "ExecutusError" };

  expect(isExecutusError(foreign)).toBe(true);
  expect(isExecutusError(foreign, "EXECUTUS_FENCED")).toBe(true);
  expect(isExecutusError(foreign, "EXECUTUS_SHUTDOWN")).toBe(false);
  expect(isExecutusError({ code: "ENOENT" })).toBe(false);
  expect(isExecutusError(undefined)).toBe(false);
});
