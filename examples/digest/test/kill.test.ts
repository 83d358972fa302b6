import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import { expect, test } from "vitest";
import { corpus } from "./corpus.ts";
import { endOf, folderWith, runProgram, startProgram } from "./support.ts";
import type { Ending } from "./support.ts";

const program = "test/programs/stopping.ts";

/** Kills a digest in the middle of `rank`, and runs the same command again. */
async function killAndRunAgain(): Promise<{ out: string; killed: Ending; resumed: Ending }> {
  const [folder, out] = [await folderWith(corpus), await folderWith()];
  const child = startProgram(program, folder, out, "stops");
  const end = endOf(child);
  if (child.stdout !== null) await once(child.stdout, "data");
  child.kill("SIGKILL");
  return { out, killed: await end, resumed: await runProgram(program, folder, out) };
}

test("a digest that is killed in the middle of a phase goes on in a new process, from that phase on", async () => {
  const { out, killed, resumed } = await killAndRunAgain();

  const begun = await readFile(join(out, "log.txt"), "utf8");
  expect(killed).toMatchObject({ out: "waiting\n", signal: "SIGKILL" });
  expect(resumed).toMatchObject({ errors: "", code: 0 });
  expect(begun.trim().split("\n")).toEqual(["collect", "rank", "rank", "check", "write", "check"]);
});

test("its report and its result are those of an undisturbed digest", async () => {
  const { out, resumed } = await killAndRunAgain();

  const report = join(out, "digest.md");
  const lines = (await readFile(report, "utf8")).match(/^(?:##|-) .*$/gm);
  expect(JSON.parse(resumed.out)).toEqual({ report, documents: 2, sentences: 6 });
  expect(lines).toHaveLength(8);
});

test("its record has two attempts, and each phase once", async () => {
  const { out } = await killAndRunAgain();

  const store = sqliteStore({ database: join(out, "runs.sqlite") });
  const executor = createExecutor({ store });
  const run = await executor.get("digest");
  await executor[Symbol.asyncDispose]();
  expect(run).toMatchObject({
    status: "completed",
    attempt: 2,
    completedPhases: ["collect", "rank", "check", "write", "check"],
  });
});
