import { readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createExecutor, defineRun, systemRuntime } from "@executus/core";
import type { Executor, ExecutorOptions, Logger } from "@executus/core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sqliteStore } from "../src/index.ts";
import {
  openStore,
  record,
  runRow,
  seqsOf,
  startProcess,
  temporaryFile,
  temporaryFolder,
  upTo,
  type Store,
} from "./fixtures.ts";
import { mountMemory } from "./mounts.ts";

const journal = "journal-1";
const noMount = "this process may not mount a file system";

/** Fills a store until it refuses the smallest record too. @returns the last slot that it acknowledged, and the refusal */
async function fill(store: Store): Promise<{ last: number; refusal: unknown }> {
  let [last, refusal]: [number, unknown] = [0, undefined];
  for (const size of [4096, 1]) {
    for (refusal = undefined; refusal === undefined;) {
      try {
        await store.append(journal, record(last + 1, { data: new Uint8Array(size) }));
        last += 1;
      } catch (error) {
        refusal = error;
      }
    }
  }
  return { last, refusal };
}

/** A database with some records, in files that are its own. */
async function withRecords(count: number): Promise<{ database: string; store: Store }> {
  const database = temporaryFile();
  const store = await openStore({ database });
  await store.insertRun(runRow());
  await Promise.all(upTo(count).map((seq) => store.append(journal, record(seq))));
  return { database, store };
}

function checkpoint(database: string): void {
  const db = new DatabaseSync(database);
  db.exec("pragma wal_checkpoint(truncate)");
  db.close();
}

const short: ExecutorOptions = {
  callTimeoutMs: 50,
  beginTimeoutMs: 200,
  saveTimeoutMs: 200,
  finaliseTimeoutMs: 200,
};

/** An executor on a database, and what it warns of. */
function executorOn(database: string, options: ExecutorOptions = short) {
  const warnings: string[] = [];
  const keep = (_fields: object, message: string): void => void warnings.push(message);
  const logger: Logger = { debug() {}, info() {}, warn: keep, error: keep };
  const store = sqliteStore({ database, lockTimeoutMs: 20 });
  const executor: Executor = createExecutor({ store, logger, ...options });
  onTestFinished(() => executor[Symbol.asyncDispose]());
  return { executor, warnings };
}

/** Two phases; something happens to the machine in the second. */
function steps(second: () => unknown = () => {}) {
  return defineRun("steps", { version: "1" })
    .phase("one", ({ attempt }) => `one/${attempt}`)
    .phase("two", async ({ attempt }) => {
      await second();
      return `two/${attempt}`;
    })
    .phase("three", ({ outputs, attempt }) => `${outputs.one} ${outputs.two} three/${attempt}`);
}

describe("a disk that is full", () => {
  test("refuses the write, keeps all that was acknowledged, and goes on when there is room", async ({
    skip,
  }) => {
    const disk = mountMemory("size=512k") ?? skip(noMount);
    const database = join(disk.folder, "runs.sqlite");
    const store = await openStore({ database });

    const { last, refusal } = await fill(store);

    expect(refusal).toMatchObject({
      code: "EXECUTUS_STORE_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining(`The database "${database}" is full. Free some space`),
    });
    expect(last).toBeGreaterThan(0);
    expect(await seqsOf(store, journal)).toEqual(upTo(last));
    disk.remount("size=4m");
    expect(await store.append(journal, record(last + 1))).toBe(true);
    expect(await seqsOf(await openStore({ database }), journal)).toEqual(upTo(last + 1));
  });

  test("lets a run go on with a warning, and what was saved before is where another one goes on", async () => {
    // Where no file system may be mounted, too.
    const database = temporaryFile();
    const db = new DatabaseSync(database);
    onTestFinished(() => db.close());
    const warnings: string[] = [];
    const keep = (_fields: object, message: string): void => void warnings.push(message);
    const logger: Logger = { debug() {}, info() {}, warn: keep, error: keep };
    const executor = createExecutor({ store: sqliteStore({ database: db }), logger, ...short });
    const full = steps(async () => {
      const pages = Number(Object.values(db.prepare("pragma page_count").get() ?? {})[0]);
      db.exec(`pragma max_page_count = ${pages}`);
      await fill(await openStore({ database: db }));
    });

    expect(await executor.run(full, { id: "a" })).toBe("one/1 two/1 three/1");
    expect(warnings.length).toBeGreaterThan(0);
    await executor[Symbol.asyncDispose]();
    db.exec("pragma max_page_count = 100000");

    // As if the first one had ended: its lease need not be waited for.
    const host = { name: "next:2:1", isGone: () => true };
    const { executor: next } = executorOn(database, { runtime: { ...systemRuntime, host } });
    expect(await next.run(steps(), { id: "a" })).toBe("one/1 two/2 three/2");
  });
});

describe("a folder that only lets itself be read", () => {
  test("is refused with what to do, by the executor too, and other databases are left alone", async ({
    skip,
  }) => {
    // Permissions do not bind root.
    const disk = mountMemory("size=4m") ?? skip(noMount);
    const database = join(disk.folder, "runs.sqlite");
    const earlier = await openStore({ database });
    await earlier.append(journal, record(1));
    await earlier[Symbol.asyncDispose]();
    const before = readFileSync(database);
    disk.remount("ro");

    const refused = {
      code: "EXECUTUS_STORE_MISCONFIGURED",
      retryable: false,
      message: `The database "${database}" cannot be opened. Check that its folder exists and can be written.`,
    };
    await expect(openStore({ database })).rejects.toMatchObject(refused);
    const { executor } = executorOn(database);
    await expect(executor.run(steps(), { id: "a" })).rejects.toMatchObject(refused);
    expect(readFileSync(database)).toEqual(before);
    const { executor: other } = executorOn(temporaryFile());
    expect(await other.run(steps(), { id: "a" })).toBe("one/1 two/1 three/1");
  });
});

// Windows lets nobody delete or move a file that is open.
describe.skipIf(process.platform === "win32")("files that are changed while they are open", () => {
  const gone = (database: string) =>
    `The database "${database}" was deleted, moved or replaced while it was open. Put its files back as they were, or start this process again.`;

  test("are noticed when they are deleted: nothing is acknowledged that is lost, and nothing old is told", async () => {
    const { database, store } = await withRecords(3);
    for (const end of ["", "-wal", "-shm"]) rmSync(`${database}${end}`);

    await expect(store.append(journal, record(4))).rejects.toMatchObject({
      code: "EXECUTUS_STORE_UNAVAILABLE",
      message: gone(database),
    });
    const refused = {
      code: "EXECUTUS_STORE_MISCONFIGURED",
      retryable: false,
      message: gone(database),
    };
    await expect(store.append(journal, record(4))).rejects.toMatchObject(refused);
    await expect(store.lastRecord(journal)).rejects.toMatchObject(refused);
  });

  test("are noticed when another database takes their place, which stays as it is", async () => {
    const { database, store } = await withRecords(3);
    const aside = join(temporaryFolder(), "aside.sqlite");
    for (const end of ["", "-wal", "-shm"]) renameSync(`${database}${end}`, `${aside}${end}`);
    const other = await openStore({ database });
    await other.append(journal, record(1));

    await expect(store.append(journal, record(4))).rejects.toThrow(gone(database));
    await store[Symbol.asyncDispose]();

    expect(await seqsOf(other, journal)).toEqual([1]);
    expect(await other.append(journal, record(2))).toBe(true);
  });

  test("are used again when they are put back", async () => {
    const { database, store } = await withRecords(3);
    renameSync(database, `${database}.aside`);
    await expect(store.getRun("run-1")).rejects.toThrow(gone(database));
    await expect(store.getRun("run-1")).rejects.toThrow(gone(database));

    renameSync(`${database}.aside`, database);

    expect(await store.getRun("run-1")).toEqual(runRow());
    expect(await store.append(journal, record(4))).toBe(true);
  });

  test("are noticed when the write-ahead log alone is deleted", async () => {
    const { database, store } = await withRecords(3);
    rmSync(`${database}-wal`);

    await expect(store.append(journal, record(4))).rejects.toMatchObject({
      code: "EXECUTUS_STORE_UNAVAILABLE",
      message: `The database "${database}" lost its write-ahead log, the file that ends in "-wal", while it was open. Put it back, or start this process again.`,
    });
  });

  test("are noticed when the write-ahead log is replaced, within a second", async () => {
    const { database, store } = await withRecords(3);
    rmSync(`${database}-wal`);
    writeFileSync(`${database}-wal`, "");
    const later = performance.now() + 1_001;
    vi.spyOn(performance, "now").mockReturnValue(later);
    onTestFinished(() => void vi.restoreAllMocks());

    await expect(store.append(journal, record(4))).rejects.toThrow("lost its write-ahead log");
    // No file of that name makes up for it.
    await expect(store.append(journal, record(5))).rejects.toThrow("lost its write-ahead log");
  });

  test("are noticed when the database is emptied", async () => {
    const { database, store } = await withRecords(3);
    checkpoint(database);
    truncateSync(database);

    await expect(store.append(journal, record(4))).rejects.toThrow(`The database "${database}"`);
    await expect(store.lastRecord(journal)).rejects.toMatchObject({
      code: "EXECUTUS_STORE_MISCONFIGURED",
    });
  });

  test("are noticed when the database is cut in half: what is missing is damage, never an answer", async () => {
    const { database, store } = await withRecords(1500);
    checkpoint(database);
    truncateSync(database, statSync(database).size / 2);

    const damaged = {
      code: "EXECUTUS_STORE_MISCONFIGURED",
      message: `The database "${database}" is damaged. Restore it from a backup.`,
    };
    await expect(seqsOf(store, journal)).rejects.toMatchObject(damaged);
    const next = await openStore({ database });
    await expect(seqsOf(next, journal)).rejects.toMatchObject(damaged);
  });

  test("do not hold up a run: it goes on with a warning, and its caller gets its output", async () => {
    const database = temporaryFile();
    const { executor, warnings } = executorOn(database);
    const moving = steps(() => renameSync(database, `${database}.aside`));

    expect(await executor.run(moving, { id: "a" })).toBe("one/1 two/1 three/1");

    expect(warnings.length).toBeGreaterThan(0);
    await expect(executor.run(steps(), { id: "b" })).rejects.toMatchObject({
      code: "EXECUTUS_STORE_MISCONFIGURED",
    });
    renameSync(`${database}.aside`, database);
    expect(await executor.run(steps(), { id: "b" })).toBe("one/1 two/1 three/1");
  });
});

describe("a damaged page", () => {
  /** Two runs, far apart in the file; the first one's records have a mark. */
  async function withMark(): Promise<{ database: string; at: number }> {
    const database = temporaryFile();
    const { executor } = executorOn(database, {});
    const marked = defineRun("marked", { version: "1" }).phase("one", () => "a mark of its own");
    const large = defineRun("large", { version: "1" }).phase("one", () => "x".repeat(100_000));
    await executor.run(marked, { id: "marked" });
    await executor.run(large, { id: "large" });
    await executor[Symbol.asyncDispose]();
    return { database, at: readFileSync(database).indexOf("a mark of its own") };
  }

  test("is named with its database, and the runs on other pages are read", async () => {
    const { database, at } = await withMark();
    const bytes = readFileSync(database);
    const page = Math.floor(at / 8192) * 8192;
    writeFileSync(database, bytes.fill(0xff, page, page + 8192));
    const { executor } = executorOn(database);

    await expect(executor.get("marked")).rejects.toMatchObject({
      code: "EXECUTUS_STORE_MISCONFIGURED",
      message: `The database "${database}" is damaged. Restore it from a backup.`,
    });
    expect((await executor.list()).runs.map(({ id }) => id).toSorted()).toEqual([
      "large",
      "marked",
    ]);
  });

  test("that SQLite cannot see is a record that does not match its checksum, of that run alone", async () => {
    const { database, at } = await withMark();
    const bytes = readFileSync(database);
    bytes[at] = 0x41;
    writeFileSync(database, bytes);
    const { executor } = executorOn(database);

    await expect(executor.get("marked")).rejects.toMatchObject({
      code: "EXECUTUS_CORRUPT_RECORD",
      runId: "marked",
      message: expect.stringContaining("checksum"),
    });
    expect((await executor.get("large"))?.status).toBe("completed");
  });
});

describe("a write lock that another process keeps for longer than a call may take", () => {
  test("lets the run go on with a warning, and the end records what the saves could not", async () => {
    const database = temporaryFile();
    const { executor, warnings } = executorOn(database, { ...short, finaliseTimeoutMs: 30_000 });
    const holder = startProcess(new URL("./processes/lock-holder.ts", import.meta.url), {
      args: [database],
    });
    const definition = defineRun("locked", { version: "1" })
      .phase("one", async () => {
        await holder.hear();
        return "one";
      })
      .phase("two", ({ outputs }) => {
        holder.say("release");
        return `${outputs.one} two`;
      });

    // The holder takes the lock while the first phase runs: that one's save meets it.
    expect(await executor.run(definition, { id: "a" })).toBe("one two");

    expect(warnings.length).toBeGreaterThan(0);
    expect(await executor.get("a")).toMatchObject({
      status: "completed",
      output: "one two",
      completedPhases: ["one", "two"],
    });
  });
});
