import type { JournalRecord, RunStore } from "@executus/core";

export type Verb = Exclude<
  keyof RunStore,
  "contract" | "name" | "capabilities" | "limits" | symbol
>;

/** Comes between a process and its store. */
export type Through = <T>(
  verb: Verb,
  apply: () => Promise<T>,
  record?: JournalRecord,
) => Promise<T>;

export interface TapOptions {
  readonly through: Through;
  /** Is told of each further step of a reading, which is no call of its own. */
  readonly during: <T>(step: () => Promise<T>) => Promise<T>;
  /** Rows of other queues are not listed: they are others' to sweep and to prune. */
  readonly queue: string;
  readonly limits: RunStore["limits"];
}

/** A store all of whose calls go through one place. */
export function tapped(store: RunStore, { through, during, queue, limits }: TapOptions): RunStore {
  async function* stepByStep<T>(verb: Verb, read: () => AsyncIterable<T>): AsyncGenerator<T, void> {
    await through(verb, () => Promise.resolve());
    const steps = read()[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await during(() => steps.next());
        if (step.done === true) return;
        yield step.value;
      }
    } finally {
      await steps.return?.();
    }
  }

  return {
    contract: store.contract,
    name: store.name,
    capabilities: store.capabilities,
    limits,
    open: () => through("open", () => store.open()),
    insertRun: (row) => through("insertRun", () => store.insertRun(row)),
    updateRun: (ref, patch, guard) =>
      through("updateRun", () => store.updateRun(ref, patch, guard)),
    getRun: (id) => through("getRun", () => store.getRun(id)),
    async listRuns(query) {
      const page = await through("listRuns", () => store.listRuns(query));
      return { ...page, runs: page.runs.filter((row) => row.queue === queue) };
    },
    deleteRun: (ref) => through("deleteRun", () => store.deleteRun(ref)),
    append: (journal, record) => through("append", () => store.append(journal, record), record),
    readJournal: (journal, options) =>
      stepByStep("readJournal", () => store.readJournal(journal, options)),
    lastRecord: (journal) => through("lastRecord", () => store.lastRecord(journal)),
    putChunk: (journal, chunk) => through("putChunk", () => store.putChunk(journal, chunk)),
    readChunks: (journal, nonce) =>
      stepByStep("readChunks", () => store.readChunks(journal, nonce)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
