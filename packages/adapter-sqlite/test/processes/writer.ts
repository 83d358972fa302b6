import { once } from "node:events";
import { sqliteStore } from "../../src/index.ts";

// Opens a database and, once told to start, claims slots of a journal one after another; tells each that it got.

const [database = "", name = "", last = ""] = process.argv.slice(2);
const store = sqliteStore({ database, lockTimeoutMs: 60_000 });
await store.open();
process.send?.("open");

await once(process, "message");
for (let seq = 1; seq <= Number(last); seq += 1) {
  const record = { seq, type: "save", generation: 1, nonce: name, at: 0, data: name, checksum: 0 };
  if (await store.append("journal-1", record)) process.send?.(seq);
}
await store[Symbol.asyncDispose]();
process.send?.("done");
process.disconnect();
