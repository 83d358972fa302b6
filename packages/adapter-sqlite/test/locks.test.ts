import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  openStore,
  record,
  runRow,
  startProcess,
  temporaryFile,
  turns,
  type Other,
} from "./fixtures.ts";

async function holdLock(database: string): Promise<Other> {
  const other = startProcess(new URL("./processes/lock-holder.ts", import.meta.url), {
    args: [database],
  });
  await other.hear();
  return other;
}

describe("a lock that another process holds", () => {
  test("makes a write wait while the event loop goes on, and the write succeeds after it", async () => {
    const database = temporaryFile();
    const store = await openStore({ database, lockTimeoutMs: 600_000 });
    const other = await holdLock(database);

    let settled = false;
    const write = store.append("journal-1", record(1)).finally(() => {
      settled = true;
    });
    const heard: unknown[] = [];
    for (const ping of ["ping", "ping", "ping"]) {
      other.say(ping);
      heard.push(await other.hear());
      await turns();
    }

    expect(heard).toEqual(["pong", "pong", "pong"]);
    expect(settled).toBe(false);
    other.say("release");
    expect(await write).toBe(true);
    expect(await store.lastRecord("journal-1")).toEqual(record(1));
  });

  test("lets reads pass", async () => {
    const database = temporaryFile();
    const store = await openStore({ database, lockTimeoutMs: 0 });
    await store.insertRun(runRow());
    await holdLock(database);

    expect(await store.getRun("run-1")).toEqual(runRow());
  });

  test("past the limit rejects with EXECUTUS_STORE_UNAVAILABLE, and nothing was applied", async () => {
    const database = temporaryFile();
    const store = await openStore({ database, lockTimeoutMs: 20 });
    const other = await holdLock(database);

    const write = store.append("journal-1", record(1));

    await expect(write).rejects.toMatchObject({
      code: "EXECUTUS_STORE_UNAVAILABLE",
      retryable: true,
      message: `The database "${database}" stayed locked. Keep transactions in it short, or raise "lockTimeoutMs".`,
      cause: { errcode: 5 },
    });
    other.say("release");
    expect(await store.lastRecord("journal-1")).toBeUndefined();
  });

  test("makes opening wait too", async () => {
    const database = temporaryFile();
    const other = await holdLock(database);

    const opening = openStore({ database, lockTimeoutMs: 600_000 });
    await turns();
    other.say("release");

    await expect(opening).resolves.toBeDefined();
  });

  test("no longer makes a store wait that is disposed of", async () => {
    const database = temporaryFile();
    const store = await openStore({ database, lockTimeoutMs: 600_000 });
    await holdLock(database);

    const write = store.append("journal-1", record(1));
    await store[Symbol.asyncDispose]();

    await expect(write).rejects.toMatchObject({
      code: "EXECUTUS_STORE_CLOSED",
      message: 'The store "sqlite" was disposed of. Create another one.',
    });
  });
});

describe("a transaction of the caller on the connection that it handed in", () => {
  test("makes reads and writes wait for its end, so that it cannot take them back", async () => {
    const db = new DatabaseSync(temporaryFile());
    onTestFinished(() => db.close());
    const store = await openStore({ database: db, lockTimeoutMs: 600_000 });

    db.exec("begin");
    const written = store.append("journal-1", record(1));
    const read = store.getRun("run-1");
    await turns();
    db.exec("rollback");

    expect(await written).toBe(true);
    expect(await read).toBeUndefined();
    expect(await store.lastRecord("journal-1")).toEqual(record(1));
  });
});
