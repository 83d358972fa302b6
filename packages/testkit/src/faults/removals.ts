import type { Chunk, RunRef, RunRow, RunStore } from "@executus/core";
import { readAll } from "../fixtures.ts";
import { type Fault, of, ofDatabase, ofHandle, tick } from "./fault.ts";

/** Faults of removing runs. */
export const removalFaults: readonly Fault[] = [
  {
    id: "delete-leaves-journal",
    breaks: "a removal removes the row alone",
    caughtBy: [...of("delete-run", "whole without-row"), "crash-before.delete"],
    make: ofHandle((store) => ({
      async deleteRun(ref) {
        const records = await readAll(store, ref.incarnation);
        await store.deleteRun(ref);
        for (const record of records) await store.append(ref.incarnation, record);
      },
    })),
  },
  {
    id: "delete-leaves-row",
    breaks: "a removal removes the journal alone",
    caughtBy: ["delete-run.whole", "recreated.fresh", "recreated.old-heartbeat"],
    make: ofHandle((store) => ({
      async deleteRun(ref) {
        const row = await store.getRun(ref.id);
        await store.deleteRun(ref);
        if (row !== undefined) await store.insertRun(row);
      },
    })),
  },
  {
    id: "delete-marked-only",
    breaks: "a removal does nothing unless the row is marked as deleting",
    caughtBy: ["delete-run.marked"],
    make: ofHandle((store) => ({
      async deleteRun(ref) {
        if ((await store.getRun(ref.id))?.status === "deleting") await store.deleteRun(ref);
      },
    })),
  },
  {
    id: "delete-once",
    breaks: "a removal of what is not there fails",
    caughtBy: ["delete-run.repeated"],
    make: ofHandle((store) => ({
      async deleteRun(ref) {
        if ((await store.getRun(ref.id)) === undefined) throw new Error("no such run");
        await store.deleteRun(ref);
      },
    })),
  },
  {
    id: "delete-by-row",
    breaks: "a removal does nothing without a row of that incarnation",
    caughtBy: ["delete-run.without-row", "delete-run.other-incarnation"],
    make: ofHandle((store) => ({
      async deleteRun(ref) {
        const row = await store.getRun(ref.id);
        if (row?.incarnation === ref.incarnation) await store.deleteRun(ref);
      },
    })),
  },
  {
    id: "delete-leaves-chunks",
    breaks: "a removal removes the row and the journal, and leaves the chunks",
    caughtBy: of("delete-run", "whole marked without-row torn-chunks large"),
    make: ofDatabase(
      () => new Map<string, Chunk[]>(),
      (store, put) => ({
        putChunk(journal, chunk) {
          put.set(journal, [...(put.get(journal) ?? []), chunk]);
          return store.putChunk(journal, chunk);
        },
        async deleteRun(ref) {
          await store.deleteRun(ref);
          for (const chunk of put.get(ref.incarnation) ?? []) {
            await store.putChunk(ref.incarnation, chunk);
          }
        },
      }),
    ),
  },
  {
    id: "delete-counted-chunks",
    breaks: "a removal removes the chunks that records count, and no others",
    caughtBy: ["delete-run.torn-chunks"],
    make: ofDatabase(
      () => new Map<string, Chunk[]>(),
      (store, put) => ({
        putChunk(journal, chunk) {
          put.set(journal, [...(put.get(journal) ?? []), chunk]);
          return store.putChunk(journal, chunk);
        },
        async deleteRun(ref) {
          const nonces = (await readAll(store, ref.incarnation)).map((record) => record.nonce);
          await store.deleteRun(ref);
          for (const chunk of put.get(ref.incarnation) ?? []) {
            if (!nonces.includes(chunk.nonce)) await store.putChunk(ref.incarnation, chunk);
          }
        },
      }),
    ),
  },
  {
    id: "delete-one-page",
    breaks: "a removal removes the first 500 records",
    caughtBy: ["delete-run.large"],
    make: ofHandle((store) => ({
      async deleteRun(ref) {
        const rest = await readAll(store, ref.incarnation, 501);
        await store.deleteRun(ref);
        for (const record of rest) await store.append(ref.incarnation, record);
      },
    })),
  },
  {
    id: "delete-row-first",
    breaks: "a removal removes the row first, and then the journal",
    caughtBy: ["delete-run.row-last"],
    make: ofDatabase(
      () => new Set<string>(),
      (store, rowless) => ({
        getRun: async (id) => (rowless.has(id) ? undefined : store.getRun(id)),
        async deleteRun(ref) {
          rowless.add(ref.id);
          for (let i = 0; i < 20; i += 1) await tick();
          await store.deleteRun(ref);
        },
      }),
    ),
  },
  {
    id: "delete-forgets-journal",
    breaks: "an append to a journal that was removed fails",
    caughtBy: ["delete-run.late-append"],
    make: ofDatabase(
      () => new Set<string>(),
      (store, removed) => ({
        async append(journal, record) {
          if (removed.has(journal)) throw new Error("no such journal");
          return store.append(journal, record);
        },
        async deleteRun(ref) {
          removed.add(ref.incarnation);
          await store.deleteRun(ref);
        },
      }),
    ),
  },
  removesAlso("delete-all", "every run", ["delete-run.other-runs", "verbs.delete"], () => true),
  removesAlso(
    "delete-by-id",
    "whatever run has that id, of any incarnation",
    ["delete-run.other-incarnation", "delete-run.late-repeat", "recreated.late-delete"],
    (row, ref) => row.id === ref.id,
  ),
  removesAlso(
    "delete-journals-by-prefix",
    "journals whose names begin alike",
    ["delete-run.prefixes"],
    (row, ref) => row.incarnation.startsWith(ref.incarnation),
  ),
  {
    id: "delete-sweeps",
    breaks: "a removal also removes journals that no row has begun yet",
    caughtBy: ["delete-run.row-alone"],
    make: ofDatabase(
      () => ({ journals: new Set<string>(), incarnations: new Set<string>() }),
      (store, { journals, incarnations }) => ({
        insertRun(row) {
          incarnations.add(row.incarnation);
          return store.insertRun(row);
        },
        append(journal, record) {
          journals.add(journal);
          return store.append(journal, record);
        },
        async deleteRun(ref) {
          for (const incarnation of journals) {
            if (!incarnations.has(incarnation)) await store.deleteRun({ ...ref, incarnation });
          }
          await store.deleteRun(ref);
        },
      }),
    ),
  },
];

/** A store whose removal of one run also removes those rows of which `which` is true. */
function removesAlso(
  id: string,
  what: string,
  caughtBy: readonly string[],
  which: (row: RunRow, ref: RunRef) => boolean,
): Fault {
  return {
    id,
    breaks: `a removal also removes ${what}`,
    caughtBy,
    make: ofDatabase(
      () => new Map<string, RunRow>(),
      (store: RunStore, rows) => ({
        insertRun(row) {
          rows.set(row.incarnation, row);
          return store.insertRun(row);
        },
        async deleteRun(ref) {
          const others = [...rows.values()].filter((row) => which(row, ref));
          for (const { id: other, incarnation } of others) {
            await store.deleteRun({ id: other, incarnation });
          }
          await store.deleteRun(ref);
        },
      }),
    ),
  };
}
