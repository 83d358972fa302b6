import { mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TestContext } from "vitest";
import { execute, killWhen } from "../../../tools/commands.ts";
import { nodeVersions } from "../world.ts";
import type { World } from "../world.ts";

/** What programs do that use the packages. */
export function programs(world: () => World): void {
  describe.for(nodeVersions)("Node.js %s", (version) => {
    test("runs a program with phases, a loop, an agent, a schema and a handle", async (context) => {
      const node = await nodeOf(context, world(), version);

      const { code, stdout, output } = await execute(node, ["out/program.js"], {
        cwd: world().project,
      });

      expect(code, output).toBe(0);
      expect(stdout).toBe("all as expected\n");
    });

    test("goes on after SIGKILL without running acknowledged phases again", async (context) => {
      const node = await nodeOf(context, world(), version);
      const scratch = await world().scratch();
      const notes = join(scratch, "notes.txt");
      const args = ["out/killed.js", join(scratch, "runs.sqlite"), notes];

      await killWhen("in the middle", node, ["--no-warnings", ...args], { cwd: world().project });
      const second = await execute(node, args, { cwd: world().project });

      expect(second.code, second.output).toBe(0);
      expect(second.stdout).toBe("one/1 two/1 three/2 four/2\n");
      expect((await readFile(notes, "utf8")).trim().split("\n")).toEqual([
        "one/1",
        "two/1",
        "three/1",
        "three/2",
        "four/2",
      ]);
    });

    test("makes stores over the drivers of MongoDB and DynamoDB", async (context) => {
      const node = await nodeOf(context, world(), version);

      const { code, stdout, output } = await execute(node, ["out/databases.js"], {
        cwd: world().project,
      });

      expect(code, output).toBe(0);
      expect(stdout).toBe("all as expected\n");
    });

    test("lets two copies of the core work with each other's errors and definitions", async (context) => {
      const node = await nodeOf(context, world(), version);

      const { code, stdout, output } = await execute(node, ["out/copies.js"], {
        cwd: world().project,
      });

      expect(code, output).toBe(0);
      expect(stdout).toBe("all as expected\n");
    });

    test("passes the store suite over SQLite, under node:test", async (context) => {
      const node = await nodeOf(context, world(), version);
      await using folder = await quickFolder();
      const database = join(folder.path, "runs.sqlite");

      const { code, output } = await execute(
        node,
        ["--test-reporter=tap", "out/conformance.js", database],
        { cwd: world().project },
      );

      expect(code, output).toBe(0);
      expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(200);
    });

    test("passes the store suite over SQLite, with no test runner but executus-conformance", async (context) => {
      const node = await nodeOf(context, world(), version);
      await using folder = await quickFolder();
      const args = ["node_modules/.bin/executus-conformance", "./out/own-store.js", "--json"];

      const { code, stdout, output } = await execute(node, ["--no-warnings", ...args], {
        cwd: world().project,
        env: { ...process.env, OWN_STORE: join(folder.path, "runs.sqlite") },
      });

      expect(code, output).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ store: { name: "sqlite" }, failed: 0 });
    });
  });

  test("the program of the front page runs as it is, and again gives what is recorded", async (context) => {
    const [major = 0] = process.versions.node.split(".").map(Number);
    if (major < 24) context.skip(`Node.js ${process.versions.node} has no "await using"`);
    const scratch = await world().scratch();
    await writeFile(join(scratch, "one.md"), "# One\n");
    await writeFile(join(scratch, "two.md"), "# Two\n\nIs longer.\n");

    const run = (): ReturnType<typeof execute> =>
      execute(process.execPath, ["../readme.ts"], { cwd: scratch });
    const first = await run();
    await writeFile(join(scratch, "three.md"), "# Three\n");
    const second = await run();

    expect(first.code, first.output).toBe(0);
    expect(first.stdout).toBe("2 documents\n");
    expect(second.code, second.output).toBe(0);
    expect(second.stdout).toBe("2 documents\n");
    expect(await readFile(join(scratch, "digest.txt"), "utf8")).toBe("# Two\n# One");
  });
}

async function nodeOf({ skip }: TestContext, { node }: World, version: string): Promise<string> {
  const found = await node(version);
  if ("missing" in found) return skip(found.missing);
  return found.path;
}

/** A folder on a disk in memory if there is one with space: the suite need not wait for a real one. */
async function quickFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  let parent = tmpdir();
  try {
    const { bavail, bsize } = await statfs("/dev/shm");
    if (bavail * bsize > 1024 ** 3) parent = "/dev/shm";
  } catch {
    // This system has none.
  }
  const path = await mkdtemp(join(parent, "executus-consumer-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
