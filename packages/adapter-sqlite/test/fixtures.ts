import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { JournalRecord, RunRow } from "@executus/core";
import { journalRecord, runRow as freshRow } from "@executus/testkit";
import { onTestFinished } from "vitest";
import { sqliteStore, type SqliteStoreOptions } from "../src/index.ts";

export type Store = ReturnType<typeof sqliteStore>;

/** A folder that is removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "executus-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

export function temporaryFile(): string {
  return join(temporaryFolder(), "runs.sqlite");
}

/** An open store that is disposed of when the test is over. */
export async function openStore(options: SqliteStoreOptions): Promise<Store> {
  const store = sqliteStore(options);
  onTestFinished(() => store[Symbol.asyncDispose]());
  await store.open();
  return store;
}

/** A row, always the same. */
export function runRow(changes: Partial<RunRow> = {}): RunRow {
  return freshRow({ id: "run-1", incarnation: "journal-1", ...changes });
}

export function record(seq: number, changes: Partial<JournalRecord> = {}): JournalRecord {
  return journalRecord(seq, { type: "save", ...changes });
}

export async function seqsOf(store: Store, journal: string): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of store.readJournal(journal, { fromSeq: 1 })) seqs.push(seq);
  return seqs;
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Another process, which runs a program of `processes/` and tells how it goes. */
export interface Other {
  readonly process: ChildProcess;
  /** The next message from it. */
  hear(): Promise<unknown>;
  say(message: string): void;
}

export function startProcess(
  program: URL,
  { args = [], flags = [] }: { readonly args?: string[]; readonly flags?: string[] } = {},
): Other {
  const child = fork(program, args, { execArgv: ["--conditions=@executus/source", ...flags] });
  onTestFinished(() => void child.kill("SIGKILL"));

  const heard: unknown[] = [];
  let news = Promise.withResolvers<void>();
  child.on("exit", () => news.resolve());
  child.on("message", (message) => {
    heard.push(message);
    news.resolve();
  });

  return {
    process: child,
    async hear() {
      while (heard.length === 0) {
        const end = child.signalCode ?? child.exitCode;
        if (end !== null) throw new Error(`The process ended with "${end}".`);
        await news.promise;
        news = Promise.withResolvers();
      }
      return heard.shift();
    },
    say: (message) => void child.send(message),
  };
}

/** Lets the event loop turn some times: a wait without a clock. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
