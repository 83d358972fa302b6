import type { JournalRecord, RunRow } from "@executus/core";
import { journalRecord, runRow as freshRow } from "@executus/testkit";
import { describe, expect, test } from "vitest";
import { memoryData, memoryStore } from "../src/index.ts";

function runRow(changes: Partial<RunRow> = {}): RunRow {
  return freshRow({ id: "run-1", incarnation: "journal-1", ...changes });
}

function record(seq: number, data: string | Uint8Array): JournalRecord {
  return journalRecord(seq, { data });
}

describe("the option data", () => {
  test("lets two stores see the same runs", async () => {
    const data = memoryData();

    await memoryStore({ data }).insertRun(runRow());

    expect(await memoryStore({ data }).getRun("run-1")).toEqual(runRow());
  });

  test("outlives the disposal of a store", async () => {
    const data = memoryData();
    const first = memoryStore({ data });
    await first.insertRun(runRow());

    await first[Symbol.asyncDispose]();

    expect(await memoryStore({ data }).getRun("run-1")).toEqual(runRow());
  });

  test("left out gives each store its own", async () => {
    await memoryStore().insertRun(runRow());

    expect(await memoryStore().getRun("run-1")).toBeUndefined();
  });
});

describe("what the store holds", () => {
  test("is not changed through bytes that were handed in, or out", async () => {
    const store = memoryStore();
    const bytes = new Uint8Array([1, 2, 3]);
    await store.append("journal-1", record(1, bytes));
    await store.putChunk("journal-1", { nonce: "n", index: 0, data: bytes });

    bytes.fill(9);
    for await (const { data } of store.readChunks("journal-1", "n")) data.fill(9);
    const last = await store.lastRecord("journal-1");
    if (last?.data instanceof Uint8Array) last.data.fill(9);

    expect(await store.lastRecord("journal-1")).toEqual(record(1, new Uint8Array([1, 2, 3])));
    for await (const { data } of store.readChunks("journal-1", "n")) {
      expect(data).toEqual(new Uint8Array([1, 2, 3]));
    }
  });

  test("comes out as Uint8Array, also if a Buffer went in", async () => {
    const store = memoryStore();

    await store.append("journal-1", record(1, Buffer.from("text")));

    const data = new TextEncoder().encode("text");
    expect(await store.lastRecord("journal-1")).toEqual(record(1, data));
  });

  test("is not changed through a row that was handed in, or out", async () => {
    const store = memoryStore();
    const row = { ...runRow() };
    await store.insertRun(row);

    row.owner = "changed";
    Object.assign((await store.getRun("run-1")) ?? {}, { owner: "changed" });
    const { runs } = await store.listRuns({ status: "active", limit: 1 });
    Object.assign(runs[0] ?? {}, { owner: "changed" });

    expect(await store.getRun("run-1")).toEqual(runRow());
  });
});

describe("maxRecordBytes", () => {
  test.each([
    ["text, by its bytes", "éé", "ééé"],
    ["bytes", new Uint8Array(4), new Uint8Array(5)],
  ])("bounds %s", async (_, fitting, tooLarge) => {
    const store = memoryStore({ limits: { maxRecordBytes: 4 } });

    expect(store.limits).toEqual({ maxRecordBytes: 4 });
    expect(await store.append("journal-1", record(1, fitting))).toBe(true);
    await expect(store.append("journal-1", record(2, tooLarge))).rejects.toMatchObject({
      code: "EXECUTUS_TOO_LARGE",
      retryable: false,
    });
  });

  test("bounds chunks", async () => {
    const store = memoryStore({ limits: { maxRecordBytes: 4 } });

    const put = store.putChunk("journal-1", { nonce: "n", index: 0, data: new Uint8Array(5) });

    await expect(put).rejects.toMatchObject({ code: "EXECUTUS_TOO_LARGE" });
  });
});

describe("a listing", () => {
  test("forgets a run that was deleted, also when its id is used again", async () => {
    const store = memoryStore();
    await store.insertRun(runRow({ status: "completed" }));
    await store.deleteRun(runRow());
    await store.insertRun(runRow({ incarnation: "journal-2" }));

    const { runs } = await store.listRuns({ status: "completed", limit: 10 });

    expect(runs).toEqual([]);
  });
});

describe("a cursor", () => {
  test.each(["", "nonsense", "x:run-1", "5:"])("as %j is a TypeError", async (cursor) => {
    const listing = memoryStore().listRuns({ status: "active", limit: 1, cursor });

    await expect(listing).rejects.toThrow(TypeError);
  });
});
