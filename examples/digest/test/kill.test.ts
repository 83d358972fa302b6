import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createExecutor } from "@executus/core";
import { serverOrSkip } from "@executus/test-servers";
import { storeOf } from "example-stores";
import { describe, expect, inject, test } from "vitest";
import { corpus } from "./corpus.ts";
import { endOf, folderWith, runProgram, startProgram } from "./support.ts";
import type { Ending } from "./support.ts";

const program = "test/programs/stopping.ts";

/** Addresses of stores that nobody has used. */
const stores: Record<string, (out: string, skip: (reason: string) => never) => string> = {
  sqlite: (out) => `sqlite:${join(out, "runs.sqlite")}`,
  mongodb: (_out, skip) => {
    const url = new URL(serverOrSkip(inject("mongo"), skip).url);
    url.pathname = `digest-${randomUUID()}`;
    return url.href;
  },
  dynamodb: (_out, skip) => {
    const { url } = serverOrSkip(inject("dynamo"), skip);
    return `dynamodb://digest-${randomUUID()}?region=local&endpoint=${url}`;
  },
};

interface Killed {
  readonly out: string;
  readonly store: string;
  readonly killed: Ending;
  readonly resumed: Ending;
}

/** Kills a digest in the middle of `rank`, and runs the same command again. */
async function killAndRunAgain(storeIn: (out: string) => string): Promise<Killed> {
  const [folder, out] = [await folderWith(corpus), await folderWith()];
  const store = storeIn(out);
  const child = startProgram(program, folder, out, store, "stops");
  const end = endOf(child);
  if (child.stdout !== null) await once(child.stdout, "data");
  child.kill("SIGKILL");
  return { out, store, killed: await end, resumed: await runProgram(program, folder, out, store) };
}

describe.each(Object.keys(stores))(
  "a digest on %s that is killed in the middle of a phase",
  (name) => {
    test("goes on in a new process, from that phase on, to the report of an undisturbed one", async ({
      skip,
    }) => {
      const run = await killAndRunAgain((out) => stores[name]?.(out, skip) ?? "");

      const begun = await readFile(join(run.out, "log.txt"), "utf8");
      expect(run.killed).toMatchObject({ out: "waiting\n", signal: "SIGKILL" });
      expect(run.resumed).toMatchObject({ errors: "", code: 0 });
      expect(begun.trim().split("\n")).toEqual([
        "collect",
        "rank",
        "rank",
        "check",
        "write",
        "check",
      ]);
      const report = join(run.out, "digest.md");
      const lines = (await readFile(report, "utf8")).match(/^(?:##|-) .*$/gm);
      expect(JSON.parse(run.resumed.out)).toEqual({ report, documents: 2, sentences: 6 });
      expect(lines).toHaveLength(8);
    });

    test("has a record of two attempts, and of each phase once", async ({ skip }) => {
      const { store } = await killAndRunAgain((out) => stores[name]?.(out, skip) ?? "");

      const executor = createExecutor({ store: await storeOf(store) });
      const run = await executor.get("digest");
      await executor[Symbol.asyncDispose]();

      expect(run).toMatchObject({
        status: "completed",
        attempt: 2,
        completedPhases: ["collect", "rank", "check", "write", "check"],
      });
    });
  },
);
