import type { DatabaseSync } from "node:sqlite";

/** Reads a run on SQLite: the same rows, whole, and the same transcript. */
export function readByHand(db: DatabaseSync): unknown[] {
  const run = db.prepare("select * from runs where id = 'chat'").get();
  const records = db
    .prepare("select * from records where journal = ? order by seq")
    .all(run?.["incarnation"] ?? null);
  return historyOf(records.map(({ data }) => String(data)));
}

/** The transcript that is in what records hold. */
export function historyOf(records: readonly string[]): unknown[] {
  const history: unknown[] = [];
  for (const text of records) {
    const payload = JSON.parse(text.slice(text.indexOf("\n") + 1) || "{}") as Payload;
    if (payload.messages !== undefined) history.push(...payload.messages);
  }
  return history;
}

interface Payload {
  readonly messages?: readonly unknown[];
}
