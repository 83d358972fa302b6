import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { systemHost } from "../src/host.ts";

const [mark, pid, start] = systemHost.name.split(":");

describe("the host", () => {
  test("names this process in at most 120 characters, the same each time", () => {
    expect(systemHost.name.length).toBeLessThanOrEqual(120);
    expect(systemHost.name).toBe(`${mark}:${process.pid}:${start}`);
  });

  test("does not take this process, or one that it may not look at, for gone", () => {
    expect(systemHost.isGone(`${systemHost.name}:some-executor`)).toBe(false);
    expect(systemHost.isGone(`${mark}:1::init`)).toBe(false);
  });

  test("takes a process for gone that has ended", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");

    expect(systemHost.isGone(`${mark}:${child.pid}:1:x`)).toBe(true);
  });

  test.runIf(process.platform === "linux")(
    "takes a pid that another process has now for gone",
    () => {
      expect(systemHost.isGone(`${mark}:${pid}:1:x`)).toBe(true);
    },
  );

  for (const [what, owner] of [
    ["another machine's", `0123456789abcdef01234567:${pid}:1:x`],
    ["a machine's without a mark", `:4000000:1:x`],
    ["nobody's", ""],
    ["a custom host's", "worker-7"],
    ["a damaged", `${mark}:zero:1`],
  ] as const) {
    test(`knows nothing of ${what} owner`, () => expect(systemHost.isGone(owner)).toBe(false));
  }
});
