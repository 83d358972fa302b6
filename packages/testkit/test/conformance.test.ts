import type { RunStore } from "@executus/core";
import { describe, expect, test } from "vitest";
import { scenarios, storeConformance } from "../src/index.ts";
import { referenceData, referenceStore } from "./reference-store.ts";

describe("a correct store passes every scenario", async () => {
  const data = referenceData();
  for (const { title, run } of await storeConformance({ create: () => referenceStore(data) })) {
    test.concurrent(title, run);
  }
});

test("scenarios may run at once, and again on what earlier ones left behind", async () => {
  const data = referenceData();
  const cases = await storeConformance({ create: () => referenceStore(data) });

  await Promise.all(cases.map(({ run }) => run()));
  await Promise.all([...cases, ...cases].map(({ run }) => run()));
});

test("listings may lag behind writes", async () => {
  const data = referenceData();
  const index = referenceData();
  const follow = (id: string): void => {
    const row = data.runs.get(id);
    setTimeout(() => {
      if (row === undefined) index.runs.delete(id);
      else index.runs.set(id, row);
    }, 30);
  };
  const cases = await storeConformance({
    create: () => laggingStore(referenceStore(data), referenceStore(index), follow),
  });

  await Promise.all(cases.map(({ run }) => run()));
});

test("what the contract leaves open is left open", async () => {
  const data = referenceData();
  const cases = await storeConformance({ create: () => freeStore(referenceStore(data)) });

  await Promise.all(cases.map(({ run }) => run()));
});

test("a scenario that needs what the store does not declare is skipped, saying so", async () => {
  const cases = await storeConformance({
    create: () => referenceStore(referenceData(), { durable: false, multiProcess: false }),
  });

  const skipped = cases.filter(({ skip }) => skip !== false);

  expect(skipped.map(({ id }) => id)).toEqual(
    scenarios.filter(({ needs }) => needs === "durable").map(({ id }) => id),
  );
  expect(new Set(skipped.map(({ skip }) => skip))).toEqual(
    new Set(['reference does not declare "durable"']),
  );
});

test("ids are unique, and of the form area.behaviour", () => {
  const ids = scenarios.map(({ id }) => id);

  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/);
});

/** A store that lists from an index, which is told of each write and follows when it likes. */
function laggingStore(store: RunStore, index: RunStore, follow: (id: string) => void): RunStore {
  return {
    ...store,
    insertRun: (row) => store.insertRun(row).finally(() => follow(row.id)),
    updateRun: (ref, patch, guard) =>
      store.updateRun(ref, patch, guard).finally(() => follow(ref.id)),
    deleteRun: (ref) => store.deleteRun(ref).finally(() => follow(ref.id)),
    async listRuns(query) {
      await store.listRuns(query);
      return index.listRuns(query);
    },
  };
}

/** A store whose pages are short or empty, and whose records are no plain objects with buffers in them. */
function freeStore(store: RunStore): RunStore {
  return {
    ...store,
    async listRuns({ cursor, limit, ...query }) {
      if (cursor === undefined) return { ...(await store.listRuns({ ...query, limit })), ...none };
      const from = cursor.slice(1) || undefined;
      const page = await store.listRuns({ ...query, limit: Math.ceil(limit / 2), cursor: from });
      return { ...page, cursor: page.cursor && `>${page.cursor}` };
    },
    async getRun(id) {
      const row = await store.getRun(id);
      return row && bare(row);
    },
    async lastRecord(journal) {
      const record = await store.lastRecord(journal);
      return record && free(record);
    },
    async *readJournal(journal, options) {
      for await (const record of store.readJournal(journal, options)) yield free(record);
    },
    async *readChunks(journal, nonce) {
      for await (const chunk of store.readChunks(journal, nonce)) yield free(chunk);
    },
  };
}

const none = { runs: [], cursor: ">" };

function free<T extends { readonly data: string | Uint8Array }>(item: T): T {
  const { data } = item;
  return bare({
    chunks: undefined,
    ...item,
    data: typeof data === "string" ? data : Buffer.from(data),
  });
}

function bare<T extends object>(value: T): T {
  return Object.assign(Object.create(null) as T, value);
}
