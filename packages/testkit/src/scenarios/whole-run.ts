import { equal } from "node:assert/strict";
import type { RunRow, RunStore } from "@executus/core";
import { collect, journalChunk, journalRecord, readAll } from "../fixtures.ts";
import { same, sameList } from "../expect.ts";

const nonce = "nonce-2";
const records = [journalRecord(1), journalRecord(2, { nonce, chunks: 2 }), journalRecord(3)];
const chunks = [journalChunk(0, { nonce }), journalChunk(1, { nonce })];

/** Puts a run with a row, three records and two chunks. */
export async function putWhole(
  store: RunStore,
  row: RunRow,
  { withRow = true }: { readonly withRow?: boolean } = {},
): Promise<RunRow> {
  const [begin, ...others] = records;
  if (begin !== undefined) await store.append(row.incarnation, begin);
  if (withRow) await store.insertRun(row);
  for (const chunk of chunks) await store.putChunk(row.incarnation, chunk);
  for (const record of others) await store.append(row.incarnation, record);
  return row;
}

/** Fails unless the run is there as {@link putWhole} put it. */
export async function isWhole(store: RunStore, row: RunRow): Promise<void> {
  same(await store.getRun(row.id), row);
  await hasJournal(store, row.incarnation);
}

export async function hasJournal(store: RunStore, journal: string): Promise<void> {
  sameList(await readAll(store, journal), records);
  sameList(await collect(store.readChunks(journal, nonce)), chunks);
}

/** Fails unless nothing is left of the run. */
export async function isGone(
  store: RunStore,
  { id, incarnation }: Pick<RunRow, "id" | "incarnation">,
  nonces: readonly string[] = [nonce],
): Promise<void> {
  equal(await store.getRun(id), undefined);
  await hasNoJournal(store, incarnation, nonces);
}

export async function hasNoJournal(
  store: RunStore,
  journal: string,
  nonces: readonly string[] = [nonce],
): Promise<void> {
  equal(await store.lastRecord(journal), undefined);
  sameList(await readAll(store, journal), []);
  for (const name of nonces) sameList(await collect(store.readChunks(journal, name)), []);
}
