import type { Chunk, JournalRecord, RunGuard, RunPage, RunPatch, RunQuery } from "@executus/core";
import type { RunRef, RunRow } from "@executus/core";

/** Who is told of every change, at the moment that it is made. */
export interface Witness {
  inserted(row: RunRow, by: string): void;
  updated(before: RunRow, after: RunRow, by: string): void;
  appended(journal: string, record: JournalRecord, by: string): void;
  /** Records of a journal were removed, some or all. */
  cut(journal: string, by: string): void;
  removed(row: RunRow, by: string): void;
}

interface Journal {
  readonly records: Map<number, JournalRecord>;
  readonly chunks: Map<string, Map<number, Chunk>>;
}

/** A row as it was from some time on. */
interface Version {
  readonly at: number;
  readonly row: RunRow | undefined;
}

/** How much of a removal is done in one step. */
export type RemovalStep = "front" | "back" | "journal" | "row";

/** The database that all processes share: each verb is one atomic step. Values are frozen, so none is copied. */
export class Database {
  readonly rows: Map<string, RunRow> = new Map();
  readonly #journals = new Map<string, Journal>();
  readonly #versions = new Map<string, Version[]>();
  /**
   * Journals that were removed. Of what lands in them later, § 8 of the protocol accepts two things, which are left out
   * here: a begin whose row is inserted late as well brings its run back; any other record together with such a row
   * blocks the id.
   */
  readonly #removed = new Set<string>();
  readonly #now: () => number;
  readonly #witness: Witness;

  constructor(now: () => number, witness: Witness) {
    this.#now = now;
    this.#witness = witness;
  }

  insertRun(row: RunRow, by: string): boolean {
    if (this.rows.has(row.id)) return false;
    if (this.#removed.has(row.incarnation)) this.#forget(row.incarnation);
    this.#setRow(row.id, row);
    this.#witness.inserted(row, by);
    return true;
  }

  updateRun(ref: RunRef, patch: RunPatch, guard: RunGuard, by: string): boolean {
    const row = this.rows.get(ref.id);
    if (row === undefined || row.incarnation !== ref.incarnation) return false;
    if (row.status !== guard.status || row.generation > guard.maxGeneration) return false;
    this.overwriteRun(row, patch, by);
    return true;
  }

  /** An update without its guard. */
  overwriteRun(row: RunRow, patch: RunPatch, by: string): void {
    const given = Object.entries(patch).filter(([, value]) => value !== undefined);
    const after: RunRow = { ...row, ...(Object.fromEntries(given) as RunPatch) };
    this.#setRow(row.id, after);
    this.#witness.updated(row, after, by);
  }

  getRun(id: string): RunRow | undefined {
    return this.rows.get(id);
  }

  /** One page of rows, each as it was some time ago. */
  listRuns({ status, due, limit, cursor }: RunQuery, lagOf: (id: string) => number): RunPage {
    const position = (row: RunRow): string =>
      `${String(due === undefined ? row.createdAt : row.dueAt).padStart(20, "0")} ${row.id}`;
    const found: RunRow[] = [];
    for (const [id, versions] of this.#versions) {
      const seenAt = this.#now() - lagOf(id);
      const row = versions.findLast(({ at }) => at <= seenAt)?.row;
      if (row === undefined || row.status !== status) continue;
      if (due !== undefined && (row.queue !== due.queue || row.dueAt > due.before)) continue;
      if (cursor === undefined || position(row) > cursor) found.push(row);
    }
    const ordered = found.toSorted((a, b) => (position(a) < position(b) ? -1 : 1));
    const runs = ordered.slice(0, Math.min(limit, 2));
    const last = runs.at(-1);
    if (last === undefined || runs.length === ordered.length) return { runs };
    return { runs, cursor: position(last) };
  }

  removalStep({ id, incarnation }: RunRef, step: RemovalStep, by: string): void {
    if (step === "row") {
      const row = this.rows.get(id);
      if (row?.incarnation === incarnation) this.removeRow(row, by);
      return;
    }
    const journal = this.#journals.get(incarnation);
    if (journal === undefined) {
      this.#removed.add(incarnation);
      return;
    }
    if (step === "journal") {
      this.#forget(incarnation);
    } else {
      const slots = [...journal.records.keys()].toSorted((a, b) => a - b);
      const half = slots.length >> 1;
      const gone = step === "front" ? slots.slice(0, half) : slots.slice(half);
      for (const seq of gone) journal.records.delete(seq);
    }
    this.#witness.cut(incarnation, by);
  }

  removeRow(row: RunRow, by: string): void {
    this.#setRow(row.id, undefined);
    this.#witness.removed(row, by);
  }

  append(journal: string, record: JournalRecord, by: string): boolean {
    if (this.#removed.has(journal) && (record.seq === 1 || this.#isGhost(journal))) return true;
    if (this.#journal(journal).records.has(record.seq)) return false;
    this.overwriteRecord(journal, record, by);
    return true;
  }

  /** An append that does not look whether the slot is empty. */
  overwriteRecord(journal: string, record: JournalRecord, by: string): void {
    this.#journal(journal).records.set(record.seq, record);
    this.#witness.appended(journal, record, by);
  }

  /** Up to `limit` records, in order. */
  readJournal(journal: string, fromSeq: number, limit: number): readonly JournalRecord[] {
    const records = this.#journals.get(journal)?.records;
    if (records === undefined) return [];
    const slots = [...records.keys()].filter((seq) => seq >= fromSeq).toSorted((a, b) => a - b);
    return slots.slice(0, limit).map((seq) => records.get(seq) as JournalRecord);
  }

  lastRecord(journal: string): JournalRecord | undefined {
    const records = this.#journals.get(journal)?.records;
    if (records === undefined || records.size === 0) return undefined;
    return records.get(Math.max(...records.keys()));
  }

  putChunk(journal: string, chunk: Chunk): void {
    const { chunks } = this.#journal(journal);
    const parts = chunks.get(chunk.nonce) ?? new Map<number, Chunk>();
    chunks.set(chunk.nonce, parts.set(chunk.index, chunk));
  }

  readChunks(journal: string, nonce: string): readonly Chunk[] {
    const parts = this.#journals.get(journal)?.chunks.get(nonce)?.values() ?? [];
    return [...parts].toSorted((a, b) => a.index - b.index);
  }

  #forget(journal: string): void {
    this.#removed.add(journal);
    this.#journals.delete(journal);
  }

  /** Whether a journal that was removed has a row again. */
  #isGhost(journal: string): boolean {
    return [...this.rows.values()].some(({ incarnation }) => incarnation === journal);
  }

  #journal(name: string): Journal {
    let journal = this.#journals.get(name);
    if (journal === undefined) {
      journal = { records: new Map(), chunks: new Map() };
      this.#journals.set(name, journal);
    }
    return journal;
  }

  #setRow(id: string, row: RunRow | undefined): void {
    if (row === undefined) this.rows.delete(id);
    else this.rows.set(id, row);
    const versions = this.#versions.get(id) ?? [];
    versions.push({ at: this.#now(), row });
    this.#versions.set(id, versions);
  }
}
