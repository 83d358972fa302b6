import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import type { Place } from "./system.ts";

/** A saver that closes its database. */
export function saverAt({ database, durable }: Place): SqliteSaver & Disposable {
  const saver = SqliteSaver.fromConnString(database);
  saver.db.pragma("journal_mode = wal");
  saver.db.pragma(`synchronous = ${durable ? "full" : "normal"}`);
  return Object.assign(saver, { [Symbol.dispose]: () => void saver.db.close() });
}

/** What names a run, for LangGraph. */
export function threadOf(id: string): Thread {
  return { configurable: { thread_id: id, checkpoint_ns: "" } };
}

interface Thread {
  readonly configurable: { readonly thread_id: string; readonly checkpoint_ns: string };
}
