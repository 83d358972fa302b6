import { inspect } from "node:util";
import { MongoClient } from "mongodb";
import { describe, expect, test } from "vitest";
import { mongoStore } from "../src/index.ts";
import { runRow, testDatabase } from "./fixtures.ts";

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection, and there was none.");
}

describe("opening", () => {
  test("makes an index for each order of listing", async ({ skip }) => {
    const { db, openStore } = testDatabase(skip);

    await openStore();

    const indexes = await db.collection("runs").indexes();
    expect(indexes.map(({ key }) => JSON.stringify(key)).toSorted()).toEqual([
      '{"_id":1}',
      '{"status":1,"createdAt":1,"_id":1}',
      '{"status":1,"queue":1,"dueAt":1,"_id":1}',
    ]);
  });

  for (const name of ["runs", "records", "chunks"]) {
    test(`refuses a collection "${name}" with documents of somebody else, and leaves it as it was`, async ({
      skip,
    }) => {
      const { db, database, openStore } = testDatabase(skip);
      await db.collection(name).insertOne({ status: "active", mine: true });

      const error = await errorOf(openStore());

      expect(error).toMatchObject({ code: "EXECUTUS_STORE_MISCONFIGURED", retryable: false });
      expect(String(error)).toContain(`The collection "${database}.${name}" holds documents`);
      expect(await db.collection(name).countDocuments()).toBe(1);
      expect((await db.listCollections().toArray()).map((found) => found.name)).toEqual([name]);
    });
  }

  test("lives beside documents of somebody else under a prefix", async ({ skip }) => {
    const { db, openStore } = testDatabase(skip);
    await db.collection("runs").insertOne({ mine: true });

    const store = await openStore({ collectionPrefix: "executus." });
    await store.insertRun(runRow());

    expect(await db.collection("executus.runs").countDocuments()).toBe(1);
    expect(await db.collection("runs").countDocuments()).toBe(1);
  });

  test("refuses collections with a newer layout than it knows", async ({ skip }) => {
    const { db, openStore } = testDatabase(skip);
    await openStore();
    await db.collection("layout").updateOne({}, { $set: { version: 2 } });

    expect(String(await errorOf(openStore()))).toMatch(
      /layout" has layout version "2", not "1"\. Update "@executus\/adapter-mongo"/,
    );
  });

  test("refuses a capped collection, which forgets what it was given first", async ({ skip }) => {
    const { db, openStore } = testDatabase(skip);
    await db.createCollection("records", { capped: true, size: 1_000_000 });

    expect(await errorOf(openStore())).toMatchObject({
      code: "EXECUTUS_STORE_MISCONFIGURED",
      message: expect.stringContaining('was made with the option "capped"') as string,
    });
  });

  test("with wrong credentials says so, and shows none of them", async ({ skip }) => {
    const { url, database } = testDatabase(skip);
    const wrong = new URL(url);
    [wrong.username, wrong.password] = ["somebody", "s3cret"];
    await using store = mongoStore({ url: wrong.href, database });

    const error = await errorOf(store.open());

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_MISCONFIGURED", retryable: false });
    expect(String(error)).toContain("refused the credentials");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
  });

  test("of a host that is not there is worth repeating, and shows no credentials", async () => {
    const client = new MongoClient("mongodb://me:s3cret@nobody.invalid/runs", {
      serverSelectionTimeoutMS: 100,
    });
    await using store = mongoStore({ client });

    const error = await errorOf(store.open());
    await client.close();

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", retryable: true });
    expect(String(error)).toContain('The database "executus" cannot be used now');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
  });
});

describe("a client of the caller's", () => {
  test("is not closed with the store", async ({ skip }) => {
    const { client, db, openStore } = testDatabase(skip);
    const store = await openStore();

    await store[Symbol.asyncDispose]();

    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
    expect(client).toBeInstanceOf(MongoClient);
  });

  test("that was closed gives EXECUTUS_STORE_CLOSED, which is useless to repeat", async ({
    skip,
  }) => {
    const { url, database } = testDatabase(skip);
    const client = new MongoClient(url);
    const store = mongoStore({ client, database });
    await store.open();
    await client.close();

    const error = await errorOf(store.getRun("run-1"));

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_CLOSED", retryable: false });
    expect(String(error)).toContain("has a client that was closed");
  });

  test("with weaker defaults writes to the majority, to the journal, and reads from there, in plain values", async ({
    skip,
  }) => {
    const { client, openStore } = testDatabase(skip, {
      monitorCommands: true,
      readPreference: "secondaryPreferred",
      readConcernLevel: "local",
      writeConcern: { w: 0 },
      promoteValues: false,
      useBigInt64: false,
      ignoreUndefined: false,
    });
    const sent: { readonly name: string; readonly command: Record<string, unknown> }[] = [];
    const store = await openStore();
    client.on("commandStarted", ({ commandName, command }) => {
      sent.push({ name: commandName, command: { ...command } });
    });
    const row = runRow();
    const record = {
      seq: 1,
      type: "begin",
      generation: 1,
      nonce: "n",
      at: 1,
      data: "x",
      checksum: 7,
    };
    const bytes = Uint8Array.of(1, 2, 3);

    await store.insertRun(row);
    await store.append(row.incarnation, record);
    await store.append(row.incarnation, { ...record, seq: 2, data: bytes, chunks: undefined });
    await store.updateRun(row, { updatedAt: 5 }, { status: "active", maxGeneration: 1 });
    const read = await store.getRun(row.id);
    const last = await store.lastRecord(row.incarnation);
    await store.deleteRun(row);

    expect(read).toEqual({ ...row, updatedAt: 5 });
    expect(last).toStrictEqual({ ...record, seq: 2, data: bytes });
    const writes = sent.filter(({ name }) => name !== "find");
    expect(writes.map(({ name }) => name)).toEqual(
      "insert insert insert update delete delete delete delete".split(" "),
    );
    for (const { command } of writes) {
      expect(command["writeConcern"]).toEqual({ w: "majority", j: true });
    }
    const reads = sent.filter(({ name }) => name === "find");
    expect(reads).toHaveLength(2);
    for (const { command } of reads) {
      expect(command["readConcern"]).toEqual({ level: "majority" });
      expect(command["$readPreference"]).toBeUndefined();
    }
  });
});
