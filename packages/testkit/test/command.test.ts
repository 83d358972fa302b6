import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { scenarios } from "../src/index.ts";

const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const cwd = fileURLToPath(new URL("modules/", import.meta.url));

interface Ran {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const node = ["--conditions=@executus/source", main, ...args];
  execFile(process.execPath, node, { cwd }, (error, stdout, stderr) =>
    resolve({ code: error?.code ?? 0, stdout, stderr }),
  );
  return promise;
}

describe("executus-conformance", { concurrent: true }, () => {
  test("proves the whole contract of a correct store, and tells the score by area", async () => {
    const { code, stdout, stderr } = await run("./correct.ts");

    expect(stderr.replaceAll(/^\d+ of \d+ done, now .*\n/gm, "")).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Store: reference\n\nArea +Passed +Failed +Not declared +Seconds\n/);
    expect(stdout).toMatch(/\nclosed +\d+ {20,}[\d.]+\n/);
    expect(stdout).toContain(`${scenarios.length} of ${scenarios.length} passed, 0 failed, in `);
  });

  test("gives the report as JSON, with nothing else in it, and says what is not declared", async () => {
    const { code, stdout, stderr } = await run("named.ts", "--only", "durable,get-run", "--json");

    const report = JSON.parse(stdout) as { scenarios: readonly object[] };
    expect(code).toBe(0);
    expect(stderr).toContain("connecting");
    expect(report).toMatchObject({
      module: "named.ts",
      store: {
        name: "reference",
        capabilities: { durable: false, multiProcess: false },
        maxRecordBytes: 2 ** 18,
      },
      passed: 3,
      failed: 0,
      skipped: 4,
    });
    expect(report.scenarios.at(0)).toMatchObject({ id: "get-run.unknown", outcome: "passed" });
    expect(report.scenarios.at(-1)).toMatchObject({
      id: "durable.removals",
      outcome: "skipped",
      why: 'reference does not declare "durable"',
    });
  });

  test("names the sentence that is broken, and the line that says so", async () => {
    const { code, stdout, stderr } = await run("broken.ts", "--only=append.repeated");

    expect(code).toBe(1);
    expect(stderr).toBe("failed: append.repeated\n");
    expect(stdout).toContain(
      "FAILED append.repeated: the same append repeated says false, and harms nothing\n",
    );
    expect(stdout).toMatch(/true !== false[^]*scenarios\/append\.ts:\d+/);
    expect(stdout).toMatch(/append +0 +1 /);
    expect(stdout).toContain("0 of 1 passed, 1 failed, in");
  });

  test("goes on after a store that hangs, blocks its process, or ends it", async () => {
    const only = ["get-run.unknown", "last-record.unknown", "chunks.order", "read-journal.unknown"];

    const { code, stdout } = await run(
      "broken.ts",
      "--timeout-ms=6000",
      "--json",
      ...only.flatMap((id) => ["--only", id]),
    );

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      failed: 3,
      scenarios: [
        { id: "get-run.unknown", outcome: "timed out" },
        { id: "read-journal.unknown", outcome: "passed" },
        {
          id: "last-record.unknown",
          outcome: "timed out",
          failure: {
            message: "It was not over after 6000 ms. The next scenario has a new process.",
          },
        },
        {
          id: "chunks.order",
          outcome: "failed",
          failure: { message: "The process of the store ended (code 3) in the middle of it." },
        },
      ],
    });
  });

  test("goes on after a store that leaves a crash behind", async () => {
    const { code, stdout, stderr } = await run("crashes-later.ts", "--only=closed");

    expect(code).toBe(1);
    expect(stderr).toContain("left behind");
    expect(stdout).toContain("The process of the store ended (code 1)");
  });

  test("lists the scenarios, all or some, for people and for programs", async () => {
    const all = await run("--list");
    const some = await run("--list", "--only=durable", "--json");

    expect(all.code).toBe(0);
    expect(all.stdout.trim().split("\n")).toHaveLength(scenarios.length);
    expect(all.stdout).toMatch(/^append\.repeated +the same append repeated says false/m);
    expect(all.stdout).toMatch(/^durable\.runs .* \(needs "durable"\)$/m);
    expect(JSON.parse(some.stdout)).toEqual({
      scenarios: scenarios
        .filter(({ needs }) => needs === "durable")
        .slice(0, 4)
        .map(({ id, behaviour, needs }) => ({ id, behaviour, needs })),
    });
  });

  test("says how it is used", async () => {
    const { code, stdout } = await run("--help");

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: executus-conformance <module>/);
  });
});

describe("executus-conformance says in a word, and exits with 2,", { concurrent: true }, () => {
  test.each<readonly [what: string, args: readonly string[], said: RegExp]>([
    ["that no module is named", [], /Expected a module that makes a store/],
    ["that there are two", ["a.js", "b.js"], /Expected one module, got 2/],
    ["that an option is unknown", ["a.js", "--fast"], /'--fast'/],
    ["that a scenario is unknown", ["a.js", "--only=appends"], /"appends"\. The areas are store,/],
    ["that a limit is none", ["a.js", "--timeout-ms=soon"], /--timeout-ms .*"soon"/],
    ["that a limit is too long", ["a.js", "--timeout-ms=9999999999"], /to 2147483647/],
    ["that there is no file", ["none.js"], /There is no file ".*none\.js"/],
    ["that a folder is no module", ["."], /is no file/],
    ["that a module throws", ["throws.js"], /cannot be imported: Error: no connection string/],
    ["that a module never comes", ["waits.js", "--timeout-ms=1500"], /no store after 1500 ms/],
    ["that a module exports nothing of use", ["exports-nothing.ts"], /exports nothing .*: url\. /],
    ["that it exports a store itself", ["exports-store.ts"], /a new handle again and again/],
    ["that it makes one store for all", ["same-handle.ts"], /the same object each time/],
    ["that its function throws", ["create-throws.js"], /did not make a store: Error: no driver/],
    [
      "that its function gives no store",
      ["create-gives-none.js"],
      /type object without "open", "insertRun",/,
    ],
    ["that its function blocks", ["blocks.js", "--timeout-ms=1500"], /no store after 1500 ms/],
  ])("%s", async (_what, args, said) => {
    const { code, stdout, stderr } = await run(...args);

    expect(stderr).toMatch(said);
    expect(stderr).toMatch(/^executus-conformance: /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("what a store lacks, of a module that was made for CommonJS too", async () => {
    const { code, stderr } = await run("transpiled.cjs");

    expect(code).toBe(2);
    expect(stderr).toMatch(/without "insertRun", .*"Symbol\(Symbol.asyncDispose\)"\.$/m);
  });
});
