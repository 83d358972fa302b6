import { ExecutusError } from "@executus/core";
import { type Fault, ofDatabase, ofHandle, tick } from "./fault.ts";

/** Faults of what a store declares, of opening it and of disposing of it. */
export const handleFaults: readonly Fault[] = [
  {
    id: "no-name",
    breaks: "the store has no name",
    caughtBy: ["store.declares"],
    make: ofHandle(() => ({ name: "" })),
  },
  {
    id: "no-limit",
    breaks: "the store says that a record may hold nothing",
    caughtBy: ["store.declares"],
    make: ofHandle(() => ({ limits: { maxRecordBytes: 0 } })),
  },
  {
    id: "opens-once",
    breaks: "open fails when it is called again",
    caughtBy: ["open.repeated"],
    make: ofHandle((store) => {
      let opened = false;
      return {
        async open() {
          if (opened) throw new Error("table runs already exists");
          opened = true;
          await store.open();
        },
      };
    }),
  },
  {
    id: "opens-one-at-a-time",
    breaks: "open fails while another handle is opening",
    caughtBy: ["open.concurrent"],
    make: ofDatabase(
      () => ({ opening: false }),
      (store, shared) => ({
        async open() {
          if (shared.opening) throw new Error("database is locked");
          shared.opening = true;
          await tick();
          await store.open();
          shared.opening = false;
        },
      }),
    ),
  },
  {
    id: "opening-wipes",
    breaks: "open creates the table of rows anew",
    caughtBy: ["open.keeps-data"],
    make: ofDatabase(
      () => ({ known: new Set<string>(), wiped: new Set<string>() }),
      (store, { known, wiped }) => ({
        async open() {
          for (const id of known) wiped.add(id);
          await store.open();
        },
        async insertRun(row) {
          known.add(row.id);
          return store.insertRun(row);
        },
        getRun: async (id) => (wiped.has(id) ? undefined : store.getRun(id)),
      }),
    ),
  },
  {
    id: "opening-wipes-journals",
    breaks: "open creates the table of records anew",
    caughtBy: ["open.keeps-data"],
    make: ofDatabase(
      () => ({ known: new Set<string>(), wiped: new Set<string>() }),
      (store, { known, wiped }) => ({
        async open() {
          for (const journal of known) wiped.add(journal);
          await store.open();
        },
        async append(journal, record) {
          known.add(journal);
          return store.append(journal, record);
        },
        async *readJournal(journal, options) {
          if (!wiped.has(journal)) yield* store.readJournal(journal, options);
        },
        lastRecord: async (journal) => (wiped.has(journal) ? undefined : store.lastRecord(journal)),
      }),
    ),
  },
  {
    id: "disposes-once",
    breaks: "disposing of a handle fails the second time",
    caughtBy: ["dispose.repeated"],
    make: ofHandle((store) => {
      let disposed = false;
      return {
        async [Symbol.asyncDispose]() {
          if (disposed) throw new Error("database is not open");
          disposed = true;
          await store[Symbol.asyncDispose]();
        },
      };
    }),
  },
  {
    id: "disposes-opened-only",
    breaks: "disposing of a handle that was never opened fails",
    caughtBy: ["dispose.unopened"],
    make: ofHandle((store) => {
      let opened = false;
      return {
        async open() {
          opened = true;
          await store.open();
        },
        async [Symbol.asyncDispose]() {
          if (!opened) throw new Error("not connected");
          await store[Symbol.asyncDispose]();
        },
      };
    }),
  },
  {
    id: "disposes-all",
    breaks: "disposing of one handle closes the connection of all",
    caughtBy: ["dispose.other-handles"],
    make: ofDatabase(
      () => ({ closed: false }),
      (store, shared) => ({
        async getRun(id) {
          if (shared.closed) throw new Error("client is closed");
          return store.getRun(id);
        },
        async [Symbol.asyncDispose]() {
          shared.closed = true;
          await store[Symbol.asyncDispose]();
        },
      }),
    ),
  },
  {
    id: "never-closes",
    breaks: "verbs go on working after disposal",
    caughtBy: [
      "closed.open",
      "closed.insert-run",
      "closed.update-run",
      "closed.get-run",
      "closed.list-runs",
      "closed.delete-run",
      "closed.append",
      "closed.read-journal",
      "closed.last-record",
      "closed.put-chunk",
      "closed.read-chunks",
    ],
    make: ofHandle(() => ({ async [Symbol.asyncDispose]() {} })),
  },
  {
    id: "closed-applies",
    breaks: "after disposal, writes are refused as surely not applied, and are applied",
    caughtBy: ["closed.nothing-applied"],
    make: ofHandle((store) => {
      let closed = false;
      return {
        insertRun: (row) => (closed ? refusing(store.insertRun(row)) : store.insertRun(row)),
        append: (journal, record) =>
          closed ? refusing(store.append(journal, record)) : store.append(journal, record),
        async [Symbol.asyncDispose]() {
          closed = true;
        },
      };
    }),
  },
  {
    id: "closed-applies-removals",
    breaks: "after disposal, a removal is refused as surely not made, and is made",
    caughtBy: ["closed.nothing-applied"],
    make: ofHandle((store) => {
      let closed = false;
      return {
        deleteRun: (ref) => (closed ? refusing(store.deleteRun(ref)) : store.deleteRun(ref)),
        async [Symbol.asyncDispose]() {
          closed = true;
        },
      };
    }),
  },
  {
    id: "closed-yields-nothing",
    breaks: "after disposal, reading yields nothing instead of rejecting",
    caughtBy: ["closed.read-journal", "closed.read-chunks"],
    make: ofHandle((store) => ({
      readJournal: (journal, options) => untilError(store.readJournal(journal, options)),
      readChunks: (journal, nonce) => untilError(store.readChunks(journal, nonce)),
    })),
  },
  {
    id: "closed-is-unavailable",
    breaks: "after disposal, verbs reject as if it were of use to repeat them",
    caughtBy: ["closed.get-run", "closed.append"],
    make: ofHandle((store) => ({
      getRun: (id) => store.getRun(id).catch(unavailable),
      append: (journal, record) => store.append(journal, record).catch(unavailable),
    })),
  },
];

async function* untilError<T>(items: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* items;
  } catch {
    // It ends as if there were no more.
  }
}

function unavailable(cause: unknown): Promise<never> {
  const error = new ExecutusError("EXECUTUS_STORE_UNAVAILABLE", "Not connected.", { cause });
  return Promise.reject(error);
}

async function refusing(write: Promise<unknown>): Promise<never> {
  await write;
  throw new ExecutusError("EXECUTUS_STORE_CLOSED", "The store is closed.");
}
