/**
 * The store port: all that Executus asks of a database.
 *
 * A store keeps one small row per run, and for each run a journal: an append-only sequence of records in dense slots
 * 1, 2, 3, …. The core has already checked every argument, stamped every time, made every id and encoded every payload,
 * so an adapter does nothing but read and write. One primitive decides everything: {@link RunStore.append} is
 * put-if-absent on (journal, slot).
 *
 * Every call may be repeated by the core, and may be applied although it threw, even much later. A verb that throws has
 * an *unknown fate*, unless the error is an `ExecutusError` with `retryable: false`: surely not applied, and useless to
 * repeat (`EXECUTUS_STORE_MISCONFIGURED`, `EXECUTUS_TOO_LARGE`, `EXECUTUS_STORE_CLOSED`). Throttling and lost
 * connections are thrown as `EXECUTUS_STORE_UNAVAILABLE`; the core repeats, an adapter does not.
 */
export interface RunStore extends AsyncDisposable {
  /** The version of this contract. */
  readonly contract: 1;
  /** Shown in logs, errors and the titles of conformance tests. */
  readonly name: string;
  /** What this store can do beyond the contract. One that is missing reads as `false`. */
  readonly capabilities: StoreCapabilities;
  readonly limits: StoreLimits;

  /**
   * Connects, and creates what is missing. May be called any number of times, from any number of processes.
   *
   * @throws `EXECUTUS_STORE_MISCONFIGURED` if this store can never work as it is set up.
   */
  open(): Promise<void>;

  /** Puts a row if its run id is absent. @returns whether this call put it. */
  insertRun(row: RunRow): Promise<boolean>;

  /** Changes a row if `guard` holds at that moment, in one atomic step. @returns `false` if the guard did not hold, or there is no row. */
  updateRun(ref: RunRef, patch: RunPatch, guard: RunGuard): Promise<boolean>;

  /** Reads a row. Strongly consistent. */
  getRun(id: string): Promise<RunRow | undefined>;

  /** One page of rows, served by an index. May lag behind writes. */
  listRuns(query: RunQuery): Promise<RunPage>;

  /**
   * Removes the journal and the chunks of this incarnation first, and last the row, if it is still of this incarnation.
   * May be cut off anywhere and repeated. Without a row of this incarnation it removes the journal alone.
   */
  deleteRun(ref: RunRef): Promise<void>;

  /** Puts a record if its slot (journal, `record.seq`) is empty. Linearizable. @returns whether this call put it. */
  append(journal: string, record: JournalRecord): Promise<boolean>;

  /** Yields the records from slot `fromSeq` on, in order of `seq`. Strongly consistent. */
  readJournal(journal: string, options: ReadJournalOptions): AsyncIterable<JournalRecord>;

  /** Reads the record in the highest slot. Strongly consistent. */
  lastRecord(journal: string): Promise<JournalRecord | undefined>;

  /** Puts a chunk under (journal, nonce, index). Idempotent: repeated with the same bytes it changes nothing. */
  putChunk(journal: string, chunk: Chunk): Promise<void>;

  /** Yields the chunks of one nonce in order of `index`. Strongly consistent. */
  readChunks(journal: string, nonce: string): AsyncIterable<Chunk>;
}

export interface StoreCapabilities {
  /** Data outlives the process, and what was acknowledged survives SIGKILL. */
  readonly durable: boolean;
  /** Several processes may use the same data at once. */
  readonly multiProcess: boolean;
}

export interface StoreLimits {
  /** Bytes of `data` that one record, or one chunk, may hold. The core cuts larger records into chunks. */
  readonly maxRecordBytes: number;
}

/** `deleting`: marked for removal. A run that was cancelled, or whose attempts were used up, is `failed`, with that code. */
export type RunStatus = "active" | "completed" | "failed" | "deleting";

/** One run, in short: an index of the journal, never the truth. A heartbeat rewrites it, so it stays small. */
export interface RunRow {
  /** 1 to 512 bytes of UTF-8 without control characters. Compared byte by byte. */
  readonly id: string;
  /** A random id made at begin. It names the journal. */
  readonly incarnation: string;
  /** Which executors may recover the run. */
  readonly queue: string;
  readonly definition: string;
  readonly version: string;
  readonly status: RunStatus;
  /** Code of the failure; `""` otherwise. */
  readonly code: string;
  /** Fencing token: of the newest claim that updated the row. */
  readonly generation: number;
  /** Who drives the run; `""` when nobody does. */
  readonly owner: string;
  /** Milliseconds since the epoch from which others may claim the run: the end of the lease; 0 once released. */
  readonly dueAt: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. While the run is driven, `dueAt - updatedAt` is its owner's lease. */
  readonly updatedAt: number;
}

/** Names one incarnation of a run. */
export type RunRef = Pick<RunRow, "id" | "incarnation">;

/** What an update changes. Members that are absent stay as they are. */
export type RunPatch = Partial<Pick<RunRow, "status" | "code" | "generation" | "owner" | "dueAt">> &
  Pick<RunRow, "updatedAt">;

/** Holds if the row has the ref's incarnation, this status, and no generation above this one. Without a row it does not hold. */
export interface RunGuard {
  readonly status: RunStatus;
  readonly maxGeneration: number;
}

/** Rows of one status. With `due`: those of one queue with `dueAt <= before`, in the order of `dueAt`; else all, in the order of (`createdAt`, `id`). */
export interface RunQuery {
  readonly status: RunStatus;
  readonly due?: { readonly queue: string; readonly before: number } | undefined;
  /** At least 1. */
  readonly limit: number;
  /** That of the page before this one. */
  readonly cursor?: string | undefined;
}

/**
 * May hold fewer rows than `limit`, even none. The last page has no cursor. A row that answers the query all the while,
 * and does not move back in its order, is on one of the pages.
 */
export interface RunPage {
  readonly runs: readonly RunRow[];
  readonly cursor?: string | undefined;
}

/** What one append puts into one slot. Opaque to the store. */
export interface JournalRecord {
  /** The slot: 1, 2, 3, …. */
  readonly seq: number;
  /** `begin`, `save`, `claim`, `request`, `release`, `complete`, `fail`, `reopen`; more may come. */
  readonly type: string;
  readonly generation: number;
  /** Names this write: who finds it in the slot knows whose it is. */
  readonly nonce: string;
  /** Milliseconds since the epoch, by the writer's clock. */
  readonly at: number;
  /** Text (well-formed, without NUL) comes back as text, bytes as bytes. */
  readonly data: string | Uint8Array;
  /** CRC-32 of the journal's name and the data, chunks included. An unsigned 32-bit number. */
  readonly checksum: number;
  /** How many chunks under `nonce` hold the payload; absent if `data` holds all of it. */
  readonly chunks?: number | undefined;
}

export interface ReadJournalOptions {
  readonly fromSeq: number;
}

/** A part of a record that was too large for one slot. */
export interface Chunk {
  readonly nonce: string;
  /** 0, 1, 2, …. */
  readonly index: number;
  readonly data: Uint8Array;
}
