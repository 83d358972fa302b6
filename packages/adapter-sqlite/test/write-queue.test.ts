import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  openStore,
  record,
  runRow,
  seqsOf,
  startProcess,
  temporaryFile,
  upTo,
} from "./fixtures.ts";

/** A database that tells which statements were run on it. */
class Watched extends DatabaseSync {
  readonly ran: string[] = [];

  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql);
    const { run } = statement;
    statement.run = ((...values: Parameters<typeof run>) => {
      this.ran.push(/^\w+/.exec(sql)?.[0] ?? "");
      return run.apply(statement, values);
    }) as typeof run;
    return statement;
  }
}

function watchedDatabase(): Watched {
  const db = new Watched(temporaryFile());
  onTestFinished(() => db.close());
  return db;
}

describe("writes at the same time", () => {
  test("share one transaction, in the order in which they were asked for", async () => {
    const database = watchedDatabase();
    const store = await openStore({ database });
    database.ran.length = 0;

    const answers = await Promise.all([
      store.insertRun(runRow()),
      store.append("journal-1", record(1, { nonce: "first" })),
      store.append("journal-1", record(1, { nonce: "second" })),
      store.updateRun(runRow(), { updatedAt: 5 }, { status: "active", maxGeneration: 1 }),
    ]);

    expect(answers).toEqual([true, true, false, true]);
    expect(await store.lastRecord("journal-1")).toMatchObject({ nonce: "first" });
    expect(database.ran).toEqual(["begin", "insert", "insert", "insert", "update", "commit"]);
  });

  test("share one again, when those that were answered write on", async () => {
    const database = watchedDatabase();
    const store = await openStore({ database });
    database.ran.length = 0;

    await Promise.all(
      upTo(20).map(async (run) => {
        for (const seq of upTo(5)) await store.append(`journal-${run}`, record(seq));
      }),
    );

    expect(database.ran.filter((statement) => statement === "commit")).toHaveLength(5);
    expect(database.ran.filter((statement) => statement === "insert")).toHaveLength(100);
  });

  test("of which one is refused are all written but that one, which alone is told so", async () => {
    const store = await openStore({ database: temporaryFile() });
    const refused = record(2, { nonce: null as unknown as string });

    const outcomes = await Promise.allSettled([
      store.append("journal-1", record(1)),
      store.append("journal-1", refused),
      store.append("journal-1", record(3)),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await seqsOf(store, "journal-1")).toEqual([1, 3]);
  });

  test("of many bytes are spread over transactions of at most 1 MiB", async () => {
    const database = watchedDatabase();
    const store = await openStore({ database });
    const data = "x".repeat(400_000);
    database.ran.length = 0;

    await Promise.all(upTo(5).map((seq) => store.append("journal-1", record(seq, { data }))));

    expect(database.ran).toEqual(
      "begin insert insert commit begin insert insert commit insert".split(" "),
    );
    expect(await seqsOf(store, "journal-1")).toEqual(upTo(5));
  });

  test("are all refused past the time for a lock, and none of them is applied", async () => {
    const database = temporaryFile();
    const store = await openStore({ database, lockTimeoutMs: 20 });
    const other = startProcess(new URL("./processes/lock-holder.ts", import.meta.url), {
      args: [database],
    });
    await other.hear();

    const writes = upTo(3).map((seq) => store.append("journal-1", record(seq)));

    for (const write of writes) {
      await expect(write).rejects.toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE" });
    }
    other.say("release");
    expect(await seqsOf(store, "journal-1")).toEqual([]);
  });
});

test("a write that comes alone has no transaction around it", async () => {
  const database = watchedDatabase();
  const store = await openStore({ database });
  database.ran.length = 0;

  await store.append("journal-1", record(1));
  await store.append("journal-1", record(2));

  expect(database.ran).toEqual(["insert", "insert"]);
});
