import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { createExecutor } from "@executus/core";
import type { Executor, RunRef, RunRow, RunStatus, RunStore, RunView } from "@executus/core";
import type { Ledger } from "./ledger.ts";
import { quietLogger } from "./quiet-logger.ts";
import { expectedOf } from "./work.ts";
import type { WorkInput } from "./work.ts";

const statuses: readonly RunStatus[] = ["active", "completed", "failed", "deleting"];

/**
 * Compares a store with what was acknowledged. The ledger is read before the store: what it has must be there by then.
 *
 * @param settled - runs that were seen to be ended and right, and that nothing was heard of since, are passed over; more are added.
 * @returns what is wrong
 */
export async function problemsOf(
  store: RunStore,
  ledger: Ledger,
  settled: Map<string, number>,
): Promise<string[]> {
  const executor = createExecutor({ store, logger: quietLogger, keepStore: true });
  const rows = await rowsIn(store);
  const journals = new Set(ledger.records.keys());
  const problems: string[] = [];
  for (const id of new Set([...ledger.rows.keys(), ...ledger.accepted, ...rows.keys()])) {
    // Listings may lag behind.
    const row = rows.get(id) ?? (await store.getRun(id));
    if (row === undefined || row.incarnation !== (ledger.rows.get(id) ?? row.incarnation)) {
      problems.push(`The run "${id}" was acknowledged, and is not there.`);
      continue;
    }
    journals.delete(row.incarnation);
    const heard = ledger.records.get(row.incarnation)?.size ?? 0;
    if (settled.get(id) === heard) continue;
    const found = await problemsOfOne(store, executor, row, ledger);
    problems.push(...found);
    if (row.status === "completed" && found.length === 0) settled.set(id, heard);
  }
  // Begun, and not inserted yet.
  for (const journal of journals) {
    problems.push(...(await problemsOfJournal(store, journal, ledger)));
  }
  return problems;
}

/** The same for one run, which is there. */
export async function problemsOfOne(
  store: RunStore,
  executor: Executor,
  { id, incarnation }: RunRef,
  ledger: Ledger,
): Promise<string[]> {
  return [
    ...(await problemsOfJournal(store, incarnation, ledger)),
    ...(await problemsOfRun(executor, id, ledger)),
  ];
}

async function rowsIn(store: RunStore): Promise<Map<string, RunRow>> {
  const rows = new Map<string, RunRow>();
  for (const status of statuses) {
    let cursor: string | undefined;
    do {
      const page = await store.listRuns({ status, limit: 100, cursor });
      for (const row of page.runs) rows.set(row.id, row);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return rows;
}

async function problemsOfJournal(
  store: RunStore,
  journal: string,
  { records }: Ledger,
): Promise<string[]> {
  const acknowledged = new Map(records.get(journal));
  const problems: string[] = [];
  let [last, hasEnded] = [0, false];
  for await (const { seq, type, nonce, checksum } of store.readJournal(journal, { fromSeq: 1 })) {
    last += 1;
    if (seq !== last) problems.push(`"${journal}" has slot ${seq} where ${last} belongs.`);
    // Nobody reopens a run here.
    if (hasEnded) problems.push(`"${journal}" has slot ${seq} after its end.`);
    hasEnded = type === "complete" || type === "fail";
    const wanted = acknowledged.get(seq);
    acknowledged.delete(seq);
    if (wanted !== undefined && !isDeepStrictEqual(wanted, { nonce, checksum })) {
      problems.push(`Slot ${seq} of "${journal}" holds another record than was acknowledged.`);
    }
  }
  for (const seq of acknowledged.keys()) {
    problems.push(`Slot ${seq} of "${journal}" was acknowledged, and is empty.`);
  }
  return problems;
}

/** Reading a run takes all its records and chunks, and compares their checksums. */
async function problemsOfRun(executor: Executor, id: string, ledger: Ledger): Promise<string[]> {
  let view: RunView | undefined;
  try {
    view = await executor.get(id);
  } catch (error) {
    return [`The run "${id}" cannot be read: ${String(error)}`];
  }
  const output = ledger.outputs.get(id);
  if (output !== undefined && (view?.status !== "completed" || view.output !== output)) {
    return [`The run "${id}" gave an output that is not there: its status is "${view?.status}".`];
  }
  return view?.status === "completed" ? problemsOfEnd(view) : [];
}

/** Compares a run that should have completed with what such a run puts out. @returns what is wrong */
export function problemsOfEnd(view: RunView): string[] {
  const { id, status, output, turns, completedPhases } = view;
  const expected = expectedOf(view.input as WorkInput);
  if (status !== "completed") {
    return [`The run "${id}" is "${status}" ${view.code}, not completed.`];
  }
  if (isDeepStrictEqual({ output, turns, completedPhases }, expected)) return [];
  const found = JSON.stringify({ output, turns, completedPhases });
  return [`The run "${id}" has ${found}, not ${JSON.stringify(expected)}.`];
}

/** SQLite's own check of a file. @returns what is wrong */
export function problemsOfFile(file: string): string[] {
  const db = new DatabaseSync(file, { timeout: 10_000 });
  try {
    const lines = db.prepare("pragma integrity_check").all();
    return lines.map((line) => String(line["integrity_check"])).filter((line) => line !== "ok");
  } finally {
    db.close();
  }
}
