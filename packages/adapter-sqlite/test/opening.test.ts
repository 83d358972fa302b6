import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { sqliteStore } from "../src/index.ts";
import { openStore, runRow, startProcess, temporaryFile, temporaryFolder } from "./fixtures.ts";

const misconfigured = { code: "EXECUTUS_STORE_MISCONFIGURED", retryable: false };

/** Opens a store that must not open. @returns why it did not. */
async function refusal(database: string | DatabaseSync): Promise<unknown> {
  const store = sqliteStore({ database });
  onTestFinished(() => store[Symbol.asyncDispose]());
  return store.open().then(
    () => "it opened",
    (error: unknown) => error,
  );
}

/** A database that somebody else made, as a file. */
function foreignDatabase(sql: string): string {
  const file = temporaryFile();
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
  return file;
}

describe("opening", () => {
  test("makes the file, with a write-ahead log and pages of 8 KiB", async () => {
    const database = temporaryFile();
    await openStore({ database });

    const db = new DatabaseSync(database);
    onTestFinished(() => db.close());

    expect({ ...db.prepare("pragma journal_mode").get() }).toEqual({ journal_mode: "wal" });
    expect({ ...db.prepare("pragma page_size").get() }).toEqual({ page_size: 8192 });
  });

  test("finds what an earlier store wrote", async () => {
    const database = temporaryFile();
    const earlier = await openStore({ database });
    await earlier.insertRun(runRow());
    await earlier[Symbol.asyncDispose]();

    const store = await openStore({ database });

    expect(await store.getRun("run-1")).toEqual(runRow());
  });

  test("is refused for a missing folder, and succeeds once that is made", async () => {
    const database = join(temporaryFolder(), "missing", "runs.sqlite");
    const store = sqliteStore({ database });
    onTestFinished(() => store[Symbol.asyncDispose]());

    await expect(store.open()).rejects.toMatchObject({
      ...misconfigured,
      message: `The database "${database}" cannot be opened. Check that its folder exists and can be written.`,
    });
    mkdirSync(dirname(database));
    await expect(store.open()).resolves.toBeUndefined();
  });

  test("is refused for a folder", async () => {
    expect(await refusal(temporaryFolder())).toMatchObject(misconfigured);
  });

  test("is refused for a file that is no database, which stays as it was", async () => {
    const database = temporaryFile();
    const text = "Dear diary, ".repeat(1000);
    writeFileSync(database, text);

    const error = await refusal(database);

    expect(error).toMatchObject({
      ...misconfigured,
      message: `The database "${database}" is no SQLite database. Name another file.`,
    });
    expect(readFileSync(database, "utf8")).toBe(text);
  });

  test.each([
    ["with other tables", "create table diary (day text)"],
    ["with tables of the same names", "create table runs (id); create table records (id)"],
    ["with a schema version of its own", "pragma user_version = 1"],
    ["with the mark of another application", "pragma application_id = 7"],
  ])("is refused for a database %s, which stays as it was", async (_, sql) => {
    const database = foreignDatabase(sql);
    const before = readFileSync(database);

    const error = await refusal(database);

    expect(error).toMatchObject({
      ...misconfigured,
      message: `The database "${database}" belongs to another application. Give the store a file of its own.`,
    });
    expect(readFileSync(database)).toEqual(before);
  });

  test("is refused for a newer schema, which stays as it was", async () => {
    const database = temporaryFile();
    const earlier = await openStore({ database });
    await earlier[Symbol.asyncDispose]();
    const db = new DatabaseSync(database);
    db.exec("pragma user_version = 2");
    db.close();
    const before = readFileSync(database);

    const error = await refusal(database);

    expect(error).toMatchObject({
      ...misconfigured,
      message: `The database "${database}" has schema version "2", newer than "1". Update "@executus/adapter-sqlite".`,
    });
    expect(readFileSync(database)).toEqual(before);
  });

  test("is refused for a database of ours that lost a table", async () => {
    const database = temporaryFile();
    const earlier = await openStore({ database });
    await earlier[Symbol.asyncDispose]();
    const db = new DatabaseSync(database);
    db.exec("drop table runs");
    db.close();

    expect(await refusal(database)).toMatchObject(misconfigured);
  });

  test("is refused for a connection that only reads", async () => {
    const database = temporaryFile();
    const earlier = await openStore({ database });
    await earlier[Symbol.asyncDispose]();
    const db = new DatabaseSync(database, { readOnly: true });
    onTestFinished(() => db.close());

    expect(await refusal(db)).toMatchObject({
      ...misconfigured,
      message: `The database "${database}" is read-only. Make its file and its folder writable for this process.`,
    });
  });

  test("is refused for an empty file that can only be read", async () => {
    const database = temporaryFile();
    writeFileSync(database, "");
    const db = new DatabaseSync(database, { readOnly: true });
    onTestFinished(() => db.close());

    expect(await refusal(db)).toMatchObject(misconfigured);
  });

  test("is refused for a path that means memory, where a file is promised", async () => {
    expect(await refusal("file:runs.sqlite?mode=memory")).toMatchObject(misconfigured);
  });

  test("any number of times at once and again opens once", async () => {
    const store = await openStore({ database: temporaryFile() });

    await Promise.all([store.open(), store.open()]);
    await store.open();

    expect(await store.insertRun(runRow())).toBe(true);
  });

  test("is refused where Node has no driver, which importing does not need", async () => {
    const other = startProcess(new URL("./processes/driverless.ts", import.meta.url), {
      flags: ["--no-experimental-sqlite"],
    });

    expect(await other.hear()).toBe("imported");
    expect(await other.hear()).toEqual([
      "EXECUTUS_STORE_MISCONFIGURED",
      `Node.js "${process.version}" has no "node:sqlite". Use 22.13 or newer.`,
    ]);
  });
});
