import type { RunRow, RunStore } from "@executus/core";
import { expect } from "vitest";
import { chunkOf, recordOf, rowOf } from "./rows.ts";

/** One call of a verb, whatever becomes of it on the way, and what there must be afterwards. */
export interface VerbCase {
  readonly verb: keyof RunStore & string;
  readonly does: string;
  /** Where a call sends requests side by side: those of which none goes through, so that the call must fail. */
  readonly at?: RegExp;
  /** Sets the stage, past the network. The run's id is nobody else's. */
  stage(direct: RunStore, id: string): Promise<void>;
  /** The call. It may be repeated. */
  act(store: RunStore, id: string): Promise<unknown>;
  /** Looks at what the last call gave and at what is there. `sure` says that the first call gave it. */
  check(direct: RunStore, id: string, given: unknown, sure: boolean): Promise<void>;
}

const nothing = async (): Promise<void> => {};
const claimed = { generation: 2, owner: "claimer", dueAt: 60_000, updatedAt: 2 };
const ended = { status: "completed", updatedAt: 3 } as const;

async function putRow(direct: RunStore, row: RunRow): Promise<void> {
  expect(await direct.insertRun(row)).toBe(true);
}

async function putRecords(direct: RunStore, journal: string, count: number): Promise<void> {
  for (let seq = 1; seq <= count; seq += 1) await direct.append(journal, recordOf(seq));
}

const recordsOf = (store: RunStore, journal: string) =>
  Array.fromAsync(store.readJournal(journal, { fromSeq: 1 }));

const chunksOf = (store: RunStore, journal: string) =>
  Array.fromAsync(store.readChunks(journal, "nonce-2"));

export const verbCases: readonly VerbCase[] = [
  {
    verb: "insertRun",
    does: "puts its row once",
    stage: nothing,
    act: (store, id) => store.insertRun(rowOf(id)),
    check: async (direct, id, given, sure) => {
      if (sure) expect(given).toBe(true);
      expect(await direct.getRun(id)).toEqual(rowOf(id));
    },
  },
  {
    verb: "insertRun",
    does: "leaves the row of somebody else alone, and says so",
    stage: (direct, id) => putRow(direct, rowOf(id, { incarnation: "another" })),
    act: (store, id) => store.insertRun(rowOf(id)),
    check: async (direct, id, given) => {
      expect(given).toBe(false);
      expect(await direct.getRun(id)).toEqual(rowOf(id, { incarnation: "another" }));
    },
  },
  {
    verb: "updateRun",
    does: "claims a row once",
    stage: (direct, id) => putRow(direct, rowOf(id)),
    act: (store, id) => store.updateRun(rowOf(id), claimed, { status: "active", maxGeneration: 1 }),
    check: async (direct, id, given, sure) => {
      if (sure) expect(given).toBe(true);
      expect(await direct.getRun(id)).toEqual(rowOf(id, claimed));
    },
  },
  {
    verb: "updateRun",
    does: "ends a row, which then is listed by its new status alone",
    stage: (direct, id) => putRow(direct, rowOf(id)),
    act: (store, id) => store.updateRun(rowOf(id), ended, { status: "active", maxGeneration: 1 }),
    check: async (direct, id, given, sure) => {
      if (sure) expect(given).toBe(true);
      expect(await direct.getRun(id)).toEqual(rowOf(id, ended));
      const idsOf = async (status: "active" | "completed") =>
        (await direct.listRuns({ status, limit: 1000 })).runs.map((row) => row.id);
      expect(await idsOf("active")).not.toContain(id);
      expect((await idsOf("completed")).filter((each) => each === id)).toEqual([id]);
    },
  },
  {
    verb: "updateRun",
    does: "of a zombie changes nothing, and says so",
    stage: (direct, id) => putRow(direct, rowOf(id, claimed)),
    act: (store, id) =>
      store.updateRun(
        rowOf(id),
        { dueAt: 90_000, updatedAt: 9 },
        {
          status: "active",
          maxGeneration: 1,
        },
      ),
    check: async (direct, id, given) => {
      expect(given).toBe(false);
      expect(await direct.getRun(id)).toEqual(rowOf(id, claimed));
    },
  },
  {
    verb: "getRun",
    does: "reads a row",
    stage: (direct, id) => putRow(direct, rowOf(id)),
    act: (store, id) => store.getRun(id),
    check: async (_direct, id, given) => expect(given).toEqual(rowOf(id)),
  },
  {
    verb: "listRuns",
    does: "lists a row that is due",
    at: /find|#3"/,
    stage: (direct, id) => putRow(direct, rowOf(id, { queue: id })),
    act: (store, id) =>
      store.listRuns({ status: "active", due: { queue: id, before: 40_000 }, limit: 10 }),
    check: async (_direct, id, given) =>
      expect(given).toMatchObject({ runs: [rowOf(id, { queue: id })] }),
  },
  {
    verb: "deleteRun",
    does: "removes a run whole, and no other",
    stage: async (direct, id) => {
      await putRow(direct, rowOf(id, { status: "deleting" }));
      await putRecords(direct, rowOf(id).incarnation, 3);
      await direct.putChunk(rowOf(id).incarnation, chunkOf(0));
      await putRow(direct, rowOf(`other ${id}`));
      await putRecords(direct, rowOf(`other ${id}`).incarnation, 2);
    },
    act: (store, id) => store.deleteRun(rowOf(id)),
    check: async (direct, id) => {
      const { incarnation } = rowOf(id);
      expect(await direct.getRun(id)).toBeUndefined();
      expect(await recordsOf(direct, incarnation)).toEqual([]);
      expect(await chunksOf(direct, incarnation)).toEqual([]);
      expect(await direct.getRun(`other ${id}`)).toEqual(rowOf(`other ${id}`));
      expect(await recordsOf(direct, rowOf(`other ${id}`).incarnation)).toHaveLength(2);
    },
  },
  {
    verb: "append",
    does: "puts its record once",
    stage: (direct, id) => putRecords(direct, id, 1),
    act: (store, id) => store.append(id, recordOf(2, "mine")),
    check: async (direct, id, given, sure) => {
      if (sure) expect(given).toBe(true);
      expect(await recordsOf(direct, id)).toEqual([recordOf(1), recordOf(2, "mine")]);
    },
  },
  {
    verb: "append",
    does: "leaves the record of somebody else alone, and says so",
    stage: (direct, id) => putRecords(direct, id, 2),
    act: (store, id) => store.append(id, recordOf(2, "mine")),
    check: async (direct, id, given) => {
      expect(given).toBe(false);
      expect(await recordsOf(direct, id)).toEqual([recordOf(1), recordOf(2)]);
    },
  },
  {
    verb: "readJournal",
    does: "reads all records in order",
    stage: (direct, id) => putRecords(direct, id, 3),
    act: recordsOf,
    check: async (_direct, _id, given) => expect(given).toEqual([1, 2, 3].map((n) => recordOf(n))),
  },
  {
    verb: "lastRecord",
    does: "reads the record in the highest slot",
    stage: (direct, id) => putRecords(direct, id, 3),
    act: (store, id) => store.lastRecord(id),
    check: async (_direct, _id, given) => expect(given).toEqual(recordOf(3)),
  },
  {
    verb: "putChunk",
    does: "puts a chunk once, with its bytes",
    stage: (direct, id) => direct.putChunk(id, chunkOf(0)),
    act: (store, id) => store.putChunk(id, chunkOf(1)),
    check: async (direct, id) =>
      expect(await chunksOf(direct, id)).toEqual([chunkOf(0), chunkOf(1)]),
  },
  {
    verb: "readChunks",
    does: "reads all chunks in order",
    stage: async (direct, id) => {
      for (const index of [0, 1, 2]) await direct.putChunk(id, chunkOf(index));
    },
    act: chunksOf,
    check: async (_direct, _id, given) => expect(given).toEqual([0, 1, 2].map((n) => chunkOf(n))),
  },
];
