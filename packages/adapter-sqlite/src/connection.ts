import type { DatabaseSync, StatementSync } from "node:sqlite";
import { fromSqlite, lockedBy, storeClosed, withoutDriver } from "./errors.ts";
import { anywhere, inFilesOf } from "./files.ts";
import { untilUnlocked } from "./locks.ts";
import { compile, fileOf, setUp } from "./schema.ts";

/** Compiles a statement, once for each text. */
export type Prepare = (sql: string) => StatementSync;

/** A connection that opens late, waits for locks without blocking, and speaks in the store's errors. */
export interface Connection {
  /** Whether the data is in a file, not in memory. */
  readonly onDisk: boolean;
  readonly open: () => Promise<void>;
  /** Does `work` in one go; again from its start if a lock was in its way. */
  readonly run: <Result>(work: (prepare: Prepare) => Result) => Promise<Result>;
  readonly close: () => Promise<void>;
}

export interface ConnectionOptions {
  readonly database: string | DatabaseSync;
  readonly lockTimeoutMs: number;
}

export function createConnection({ database, lockTimeoutMs }: ConnectionOptions): Connection {
  const theirs = typeof database === "string" ? undefined : database;
  const name = typeof database === "string" ? database : fileOf(database);
  const onDisk = name !== ":memory:";
  let db: DatabaseSync | undefined;
  let prepare: Prepare | undefined;
  let inFiles = anywhere;
  let opening: Promise<void> | undefined;
  let closed = false;

  const checkNotClosed = (): void => {
    if (closed) throw storeClosed("was disposed of. Create another one.");
  };

  const attempt = async <Result>(work: () => Result): Promise<Result> => {
    try {
      return await untilUnlocked(() => {
        checkNotClosed();
        // In its owner's transaction our writes could be rolled back, and our reads be old.
        if (theirs?.isTransaction === true) throw lockedBy("its owner has a transaction open");
        return work();
      }, lockTimeoutMs);
    } catch (error) {
      throw fromSqlite(error, name);
    }
  };

  const connect = async (): Promise<void> => {
    const connected = theirs ?? (await attempt(() => openFile(name)));
    try {
      await attempt(() => setUp(connected, { name, onDisk, owned: theirs === undefined }));
    } catch (error) {
      if (theirs === undefined) connected.close();
      throw error;
    }
    db = connected;
    if (onDisk) inFiles = inFilesOf(fileOf(connected), name);
    prepare = statementsOf(connected);
  };

  return {
    onDisk,
    async open() {
      checkNotClosed();
      opening ??= connect().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      await opening;
    },
    run: (work) =>
      attempt(() => {
        const statements = prepare;
        if (statements === undefined) throw storeClosed('is not open. Call "open()" first.');
        return inFiles(() => work(statements));
      }),
    async close() {
      closed = true;
      await Promise.allSettled([opening]);
      if (theirs === undefined) db?.close();
      db = undefined;
    },
  };
}

/** Loaded only when a file is opened: on Node 22 loading it prints a warning. */
function openFile(path: string): DatabaseSync {
  const driver = process.getBuiltinModule("node:sqlite");
  if (driver === undefined) throw withoutDriver();
  return new driver.DatabaseSync(path);
}

function statementsOf(db: DatabaseSync): Prepare {
  const statements = new Map<string, StatementSync>();
  return (sql) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = compile(db, sql);
      statements.set(sql, statement);
    }
    return statement;
  };
}
