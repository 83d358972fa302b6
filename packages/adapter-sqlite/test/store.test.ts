import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sqliteStore } from "../src/index.ts";
import { openStore, record, runRow, seqsOf, temporaryFile, turns, upTo } from "./fixtures.ts";

function keptDatabase(options = {}): DatabaseSync {
  const db = new DatabaseSync(temporaryFile(), options);
  onTestFinished(() => {
    if (db.isOpen) db.close();
  });
  return db;
}

describe("the option database", () => {
  test("as a path makes a store that is durable, for several processes", () => {
    const { capabilities } = sqliteStore({ database: temporaryFile() });

    expect(capabilities).toEqual({ durable: true, multiProcess: true });
  });

  test('as ":memory:" makes a store that is neither', () => {
    const { capabilities } = sqliteStore({ database: ":memory:" });

    expect(capabilities).toEqual({ durable: false, multiProcess: false });
  });

  test.each([
    [":memory:", false],
    ["a file", true],
  ])("as a connection to %s tells which", (name, durable) => {
    const db = new DatabaseSync(durable ? temporaryFile() : name);
    onTestFinished(() => db.close());

    expect(sqliteStore({ database: db }).capabilities).toEqual({ durable, multiProcess: durable });
  });

  test('gives each store of ":memory:" data of its own', async () => {
    const first = await openStore({ database: ":memory:" });
    const second = await openStore({ database: ":memory:" });

    await first.insertRun(runRow());

    expect(await second.getRun("run-1")).toBeUndefined();
  });

  test.each(["", "a\0b", 5, null])("as %j is a TypeError", (database) => {
    expect(() => sqliteStore({ database: database as string })).toThrow(TypeError);
  });
});

describe("a connection that the caller handed in", () => {
  test("stays open when the store is disposed of", async () => {
    const db = keptDatabase();
    const store = await openStore({ database: db });
    await store.insertRun(runRow());

    await store[Symbol.asyncDispose]();

    expect({ ...db.prepare("select id from runs").get() }).toEqual({ id: "run-1" });
  });

  test("keeps the settings that are its owner's", async () => {
    const db = keptDatabase({ timeout: 77 });
    db.exec("pragma wal_autocheckpoint = 555; pragma synchronous = extra");

    await openStore({ database: db });

    expect({ ...db.prepare("pragma busy_timeout").get() }).toEqual({ timeout: 77 });
    expect({ ...db.prepare("pragma wal_autocheckpoint").get() }).toEqual({
      wal_autocheckpoint: 555,
    });
    expect({ ...db.prepare("pragma synchronous").get() }).toEqual({ synchronous: 3 });
  });

  test("is made to sync each write", async () => {
    const db = keptDatabase();
    db.exec("pragma synchronous = off");

    await openStore({ database: db });

    expect({ ...db.prepare("pragma synchronous").get() }).toEqual({ synchronous: 2 });
  });

  test("may be set to answer with arrays and bigints", async () => {
    const db = keptDatabase({ readBigInts: true, returnArrays: true });
    const store = await openStore({ database: db });

    await store.insertRun(runRow());
    await store.append("journal-1", record(1));

    expect(await store.getRun("run-1")).toEqual(runRow());
    expect(await store.lastRecord("journal-1")).toEqual(record(1));
  });
});

describe("disposal", () => {
  test("closes a file that the store opened, which ends its write-ahead log", async () => {
    const database = temporaryFile();
    const store = await openStore({ database });
    await store.insertRun(runRow());

    await store[Symbol.asyncDispose]();

    expect(readdirSync(dirname(database))).toEqual([basename(database)]);
  });

  test("while the store opens closes it after that", async () => {
    const database = temporaryFile();
    const store = sqliteStore({ database });

    await Promise.allSettled([store.open(), store[Symbol.asyncDispose]()]);

    expect(readdirSync(dirname(database))).toEqual([basename(database)]);
    await expect(store.open()).rejects.toMatchObject({ code: "EXECUTUS_STORE_CLOSED" });
  });
});

describe("a record", () => {
  test("keeps text as text and bytes as bytes, for others who look into the file too", async () => {
    const db = keptDatabase();
    const store = await openStore({ database: db });
    const values = ["tëxt ✓ 😀", "", new Uint8Array([0, 255]), new Uint8Array(0)];

    for (const [index, data] of values.entries()) {
      await store.append("journal-1", record(index + 1, { data }));
    }

    const kinds = db.prepare("select typeof(data) as kind from records order by seq").all();
    expect(kinds.map(({ kind }) => kind)).toEqual(["text", "text", "blob", "blob"]);
    const found: unknown[] = [];
    for await (const { data } of store.readJournal("journal-1", { fromSeq: 1 })) found.push(data);
    expect(found).toEqual(values);
  });

  test("of a view into a larger buffer has the bytes of the view alone", async () => {
    const store = await openStore({ database: ":memory:" });
    const data = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);

    await store.append("journal-1", record(1, { data }));

    expect(await store.lastRecord("journal-1")).toMatchObject({ data: new Uint8Array([2, 3]) });
  });
});

describe("a verb before open", () => {
  test("rejects with EXECUTUS_STORE_CLOSED", async () => {
    const store = sqliteStore({ database: ":memory:" });

    await expect(store.getRun("run-1")).rejects.toMatchObject({
      code: "EXECUTUS_STORE_CLOSED",
      message: 'The store "sqlite" is not open. Call "open()" first.',
    });
  });
});

describe("reading a journal", () => {
  test("goes by pages, between which the store does other work", async () => {
    const store = await openStore({ database: ":memory:" });
    for (const seq of upTo(1000)) await store.append("journal-1", record(seq));

    const seqs: number[] = [];
    for await (const { seq } of store.readJournal("journal-1", { fromSeq: 1 })) {
      seqs.push(seq);
      if (seq === 500) await store.append("journal-1", record(1001));
    }

    expect(seqs).toEqual(upTo(1001));
  });

  test("takes few records at once when they are large", async () => {
    const store = await openStore({ database: ":memory:" });
    const data = "x".repeat(1024 * 1024);
    for (const seq of upTo(50)) await store.append("journal-1", record(seq, { data }));
    const all = vi.spyOn(StatementSync.prototype, "all");
    onTestFinished(() => all.mockRestore());

    expect(await seqsOf(store, "journal-1")).toEqual(upTo(50));
    const pages = all.mock.results.map(({ value }) => value.length);
    expect(pages).toEqual([32, 4, 4, 4, 4, 2]);
  });
});

describe("deleting a run", () => {
  test("that is cut off leaves the row and the newest records, and can be repeated", async () => {
    const database = temporaryFile();
    const earlier = await openStore({ database });
    await earlier.insertRun(runRow());
    for (const seq of upTo(300)) await earlier.append("journal-1", record(seq));

    const removal = earlier.deleteRun(runRow());
    await earlier[Symbol.asyncDispose]();

    await expect(removal).rejects.toMatchObject({ code: "EXECUTUS_STORE_CLOSED" });
    const store = await openStore({ database });
    const left = await seqsOf(store, "journal-1");
    expect(left).toEqual(upTo(300).slice(-left.length));
    expect(left.length).toBeLessThan(300);
    expect(await store.getRun("run-1")).toEqual(runRow());

    await store.deleteRun(runRow());
    expect(await store.lastRecord("journal-1")).toBeUndefined();
    expect(await store.getRun("run-1")).toBeUndefined();
  });

  test("lets the event loop, and so other writers, have their turn between its batches", async () => {
    const store = await openStore({ database: ":memory:" });
    await store.insertRun(runRow());
    for (const seq of upTo(300)) await store.append("journal-1", record(seq));

    const order: string[] = [];
    await Promise.all([
      store.deleteRun(runRow()).then(() => order.push("removed")),
      turns(1).then(() => order.push("turned")),
    ]);

    expect(order).toEqual(["turned", "removed"]);
  });
});
