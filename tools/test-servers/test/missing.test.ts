import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { isMissing, serverOrSkip, startDynamo, startMongo } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

afterEach(() => vi.unstubAllEnvs());

/** A folder of programs that do nothing but this. */
async function programs(folder: string, scripts: Record<string, string>): Promise<void> {
  for (const [name, script] of Object.entries(scripts)) {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }
}

test("without mongod and Go, MongoDB is missing, and what to install is said in one line", async () => {
  await using folder = await temporaryFolder();

  expect(await startMongo({ path: folder.path, cache: folder.path })).toEqual({
    missing:
      'MongoDB: no "mongod", and no Go to build FerretDB with. Install either, or set EXECUTUS_TEST_MONGO_URL.',
  });
});

test("where Go does not build FerretDB, MongoDB is missing, and Go's reason is told", async () => {
  await using folder = await temporaryFolder();
  await using cache = await temporaryFolder();
  await programs(folder.path, { go: "echo 'go: downloading x' >&2; echo no network >&2; exit 1" });

  expect(await startMongo({ path: folder.path, cache: cache.path })).toEqual({
    missing:
      "MongoDB: FerretDB is not built (no network). Install MongoDB, or set EXECUTUS_TEST_MONGO_URL.",
  });
  expect(await readdir(cache.path)).toEqual([]);
});

test("a mongod that does not start is missing, with the last line that it printed", async () => {
  await using folder = await temporaryFolder();
  await programs(folder.path, { mongod: "echo first; echo illegal instruction >&2; exit 4" });

  expect(await startMongo({ path: folder.path, cache: folder.path })).toEqual({
    missing:
      "MongoDB: mongod does not start (illegal instruction). Install MongoDB, or set EXECUTUS_TEST_MONGO_URL.",
  });
});

test("where Maven does not download DynamoDB Local, it is missing, and nothing stands in", async () => {
  await using folder = await temporaryFolder();
  await using cache = await temporaryFolder();
  await programs(folder.path, {
    java: `echo 'openjdk version "21.0.1"' >&2`,
    mvn: "echo '[ERROR] no network'; exit 1",
  });

  expect(await startDynamo({}, { path: folder.path, cache: cache.path })).toEqual({
    missing:
      "DynamoDB: DynamoDB Local is not downloaded (no network). Set EXECUTUS_TEST_DYNAMO_ENDPOINT.",
  });
  expect(await readdir(cache.path)).toEqual([]);
});

test.each([
  ["no Java", { mvn: "exit 0" }],
  ["no Maven", { java: `echo 'openjdk version "17.0.1"' >&2` }],
  ["an old Java", { java: `echo 'java version "1.8.0_402"' >&2`, mvn: "exit 0" }],
])("with %s, dynalite stands in for DynamoDB Local", async (_, scripts) => {
  await using folder = await temporaryFolder();
  await programs(folder.path, scripts);

  const server = await startDynamo({}, { path: folder.path, cache: folder.path });

  expect(server).toMatchObject({ name: expect.stringMatching(/^dynalite/) });
  if (!isMissing(server)) await server.stop();
});

test("a test without its server is skipped with the reason", () => {
  vi.stubEnv("CI", "");
  const skip = vi.fn<(reason: string) => never>();

  serverOrSkip({ missing: "MongoDB: there is none." }, skip);

  expect(skip).toHaveBeenCalledExactlyOnceWith("MongoDB: there is none.");
});

test("a test without its server fails in CI", () => {
  vi.stubEnv("CI", "true");
  const skip = vi.fn<(reason: string) => never>();

  expect(() => serverOrSkip({ missing: "MongoDB: there is none." }, skip)).toThrow(
    "MongoDB: there is none.",
  );
  expect(skip).not.toHaveBeenCalled();
});
