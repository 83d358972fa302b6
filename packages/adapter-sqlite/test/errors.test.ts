import { DatabaseSync } from "node:sqlite";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { fromSqlite } from "../src/errors.ts";
import { openStore, record, temporaryFile, upTo, type Store } from "./fixtures.ts";

/** A store on a connection that the test keeps. */
async function onConnection(): Promise<{ db: DatabaseSync; store: Store }> {
  const db = new DatabaseSync(temporaryFile());
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return { db, store: await openStore({ database: db }) };
}

describe("an error of SQLite", () => {
  test("for want of space is EXECUTUS_STORE_UNAVAILABLE, and the write succeeds once there is some", async () => {
    const { db, store } = await onConnection();
    db.exec("pragma max_page_count = 20");
    const large = record(1, { data: new Uint8Array(1_000_000) });

    const write = store.append("journal-1", large);

    await expect(write).rejects.toMatchObject({
      code: "EXECUTUS_STORE_UNAVAILABLE",
      retryable: true,
      cause: { errcode: 13 },
    });
    db.exec("pragma max_page_count = 100000");
    expect(await store.append("journal-1", large)).toBe(true);
  });

  test("about too large a value is EXECUTUS_TOO_LARGE", async () => {
    const { store } = await onConnection();

    const write = store.append("journal-1", record(1, { data: new Uint8Array(1_000_000_001) }));

    await expect(write).rejects.toMatchObject({ code: "EXECUTUS_TOO_LARGE", retryable: false });
  });

  test("about a damaged file is EXECUTUS_STORE_MISCONFIGURED", async () => {
    const database = temporaryFile();
    const earlier = await openStore({ database });
    for (const seq of upTo(200)) await earlier.append("journal-1", record(seq));
    await earlier[Symbol.asyncDispose]();
    const bytes = readFileSync(database);
    // All but the first page, which has the schema.
    writeFileSync(database, bytes.fill(0xff, 8192));

    const reading = openStore({ database }).then((store) => store.lastRecord("journal-1"));

    await expect(reading).rejects.toMatchObject({
      code: "EXECUTUS_STORE_MISCONFIGURED",
      retryable: false,
      message: `The database "${database}" is damaged. Restore it from a backup.`,
    });
  });

  test("about a connection that its owner closed is EXECUTUS_STORE_CLOSED", async () => {
    const { db, store } = await onConnection();
    db.close();

    await expect(store.append("journal-1", record(1))).rejects.toMatchObject({
      code: "EXECUTUS_STORE_CLOSED",
      retryable: false,
    });
  });

  test.each([
    ["SQLITE_IOERR_FSYNC", 1034, "EXECUTUS_STORE_UNAVAILABLE"],
    ["SQLITE_NOMEM", 7, "EXECUTUS_STORE_UNAVAILABLE"],
    ["SQLITE_BUSY_SNAPSHOT", 517, "EXECUTUS_STORE_UNAVAILABLE"],
    ["SQLITE_READONLY_DBMOVED", 1032, "EXECUTUS_STORE_MISCONFIGURED"],
    ["SQLITE_NOTADB", 26, "EXECUTUS_STORE_MISCONFIGURED"],
  ])("%s becomes, with its cause, what its primary code means", (_, errcode, code) => {
    const error = Object.assign(new Error("driver"), { code: "ERR_SQLITE_ERROR", errcode });

    expect(fromSqlite(error, "runs.sqlite")).toMatchObject({ code, cause: error });
  });

  test("that nobody has foreseen stays as it is", () => {
    const error = Object.assign(new Error("driver"), { code: "ERR_SQLITE_ERROR", errcode: 21 });

    expect(fromSqlite(error, "runs.sqlite")).toBe(error);
  });
});
