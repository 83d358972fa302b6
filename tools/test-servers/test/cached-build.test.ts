import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { builtOnce } from "../src/cached-build.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const fill = async (folder: string): Promise<void> => {
  await writeFile(join(folder, "program"), "built");
};

test("what is built is built once, until its sources change", async () => {
  await using sources = await temporaryFolder();
  await using cache = await temporaryFolder();
  await writeFile(join(sources.path, "main"), "1");
  const build = vi.fn(fill);
  const wanted = { name: "thing", sources: sources.path, cache: cache.path, build };

  const [folder] = await Promise.all([builtOnce(wanted), builtOnce(wanted)]);
  expect(await builtOnce(wanted)).toBe(folder);
  expect(build).toHaveBeenCalledOnce();
  expect(await readFile(join(folder, "program"), "utf8")).toBe("built");

  await writeFile(join(sources.path, "main"), "2");
  expect(await builtOnce(wanted)).not.toBe(folder);
  expect(build).toHaveBeenCalledTimes(2);
});

test("of two processes that build it at once, the second takes what the first has built", async () => {
  await using sources = await temporaryFolder();
  await using cache = await temporaryFolder();
  const wanted = { name: "thing", sources: sources.path, cache: cache.path };
  // Another process is another copy of the module.
  vi.resetModules();
  const other = await import("../src/cached-build.ts");
  expect(other.builtOnce).not.toBe(builtOnce);

  const slow = Promise.withResolvers<void>();
  const second = builtOnce({
    ...wanted,
    build: async (folder) => {
      await slow.promise;
      await fill(folder);
    },
  });
  const first = await other.builtOnce({ ...wanted, build: fill });
  slow.resolve();

  expect(await second).toBe(first);
  expect(await readdir(cache.path)).toHaveLength(1);
});

test("a build that fails leaves nothing behind, and may be tried again", async () => {
  await using sources = await temporaryFolder();
  await using cache = await temporaryFolder();
  const wanted = { name: "thing", sources: sources.path, cache: cache.path };

  const failed = builtOnce({
    ...wanted,
    build: async (folder) => {
      await fill(folder);
      throw new Error("no network");
    },
  });
  await expect(failed).rejects.toThrow("no network");
  expect(await readdir(cache.path)).toEqual([]);

  expect(await builtOnce({ ...wanted, build: fill })).toContain("thing-");
});
