import type { RunRow, RunStore } from "@executus/core";

/** Races others for slots of a journal and changes of a row, and tells how often it was told that it was first. */
const [module = "", folder = "", id = "", rounds = "0"] = process.argv.slice(2);
const { fileStore } = (await import(module)) as {
  fileStore(options: { readonly folder: string }): RunStore;
};

const store = fileStore({ folder });
await store.open();
const told = { slots: 0, changes: 0, unknown: 0 };
for (let seq = 1; seq <= Number(rounds); seq += 1) {
  const fields = {
    type: "save",
    generation: 1,
    nonce: `${process.pid}`,
    at: 1,
    data: "",
    checksum: 0,
  };
  if (await store.append(id, { seq, ...fields })) told.slots += 1;
  const row = (await store.getRun(id)) as RunRow;
  const patch = { generation: row.generation + 1, updatedAt: 1 };
  const guard = { status: "active", maxGeneration: row.generation } as const;
  try {
    if (await store.updateRun(row, patch, guard)) told.changes += 1;
  } catch {
    told.unknown += 1;
  }
}
console.log(JSON.stringify(told));
