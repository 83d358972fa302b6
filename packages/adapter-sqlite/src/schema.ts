import type { DatabaseSync, StatementSync } from "node:sqlite";
import { ExecutusError } from "@executus/core";

/** "Exec": marks a file as ours. */
const applicationId = 0x45786563;
const schemaVersion = 1;

const createTables = `
  create table runs (
    id text not null primary key,
    incarnation text not null,
    queue text not null,
    definition text not null,
    version text not null,
    status text not null,
    code text not null,
    generation integer not null,
    owner text not null,
    due_at real not null,
    created_at real not null,
    updated_at real not null
  ) strict, without rowid;
  create index runs_by_due_at on runs (status, queue, due_at, id);
  create index runs_by_created_at on runs (status, created_at, id);

  create table records (
    journal text not null,
    seq integer not null,
    type text not null,
    generation integer not null,
    nonce text not null,
    at real not null,
    data any not null,
    checksum integer not null,
    chunks integer
  ) strict;
  create unique index records_by_slot on records (journal, seq);

  create table chunks (
    journal text not null,
    nonce text not null,
    idx integer not null,
    data blob not null
  ) strict;
  create unique index chunks_by_part on chunks (journal, nonce, idx);

  pragma application_id = ${applicationId};
  pragma user_version = ${schemaVersion};
`;

export interface SetUpOptions {
  /** For messages. */
  readonly name: string;
  readonly onDisk: boolean;
  /** Whether the connection is the store's own. */
  readonly owned: boolean;
}

/**
 * Makes an empty database ours, and readies the connection. Changes nothing in a database that is not ours, or newer
 * than this code. May be cut off anywhere, by a lock of another process too, and repeated.
 */
export function setUp(db: DatabaseSync, { name, onDisk, owned }: SetUpOptions): void {
  // The first write settles the size of pages, and the switch to the write-ahead log is one.
  const isEmpty = transaction(db, "begin", () => checkIdentity(db, name) === "empty");
  if (isEmpty) db.exec("pragma page_size = 8192");
  const mode = pragma(db, "journal_mode = wal");
  if (onDisk && mode !== "wal") {
    const what = `cannot have a write-ahead log, only "${String(mode)}"`;
    throw misconfigured(name, `${what}. Put it into a file on a local disk.`);
  }
  // A caller's `extra` is as good.
  if (Number(pragma(db, "synchronous")) < 2) db.exec("pragma synchronous = full");
  // Checkpoints of 4 MiB, as by default. Where many runs are under way, smaller ones write the same pages again and again.
  if (owned) db.exec("pragma wal_autocheckpoint = 512");

  transaction(db, "begin immediate", () => {
    if (checkIdentity(db, name) === "empty") db.exec(createTables);
    // A write that changes nothing: a read-only file refuses it, but not `begin immediate`.
    db.exec("delete from runs where false");
  });
}

/** A statement that answers with objects and numbers, whatever the caller's connection is set to. */
export function compile(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReadBigInts(false);
  // Where it is missing (Node 22), rows are objects.
  statement.setReturnArrays?.(true);
  return statement;
}

/** The file of a database, or `":memory:"`. */
export function fileOf(db: DatabaseSync): string {
  const [, , file] = Object.values(compile(db, "pragma database_list").get() ?? {});
  return typeof file === "string" && file !== "" ? file : ":memory:";
}

/** Needs a transaction, or it may see half of what another process creates. */
function checkIdentity(db: DatabaseSync, name: string): "empty" | "ours" {
  const id = pragma(db, "application_id");
  const version = Number(pragma(db, "user_version"));
  const [tables] = Object.values(compile(db, "select count(*) from sqlite_schema").get() ?? {});
  if (id === 0 && version === 0 && tables === 0) return "empty";
  if (id !== applicationId) {
    throw misconfigured(name, "belongs to another application. Give the store a file of its own.");
  }
  if (version > schemaVersion) {
    const what = `has schema version "${version}", newer than "${schemaVersion}"`;
    throw misconfigured(name, `${what}. Update "@executus/adapter-sqlite".`);
  }
  return "ours";
}

function misconfigured(name: string, what: string): ExecutusError {
  return new ExecutusError("EXECUTUS_STORE_MISCONFIGURED", `The database "${name}" ${what}`);
}

function pragma(db: DatabaseSync, text: string): unknown {
  const row = compile(db, `pragma ${text}`).get() ?? {};
  return Object.values(row)[0];
}

function transaction<Result>(
  db: DatabaseSync,
  begin: "begin" | "begin immediate",
  work: () => Result,
): Result {
  db.exec(begin);
  try {
    const result = work();
    db.exec("commit");
    return result;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

function rollBack(db: DatabaseSync): void {
  try {
    db.exec("rollback");
  } catch {
    // SQLite has rolled back by itself.
  }
}
