import { once } from "node:events";
import { sqliteStore } from "../../src/index.ts";

// Once told to start, opens one database after another; tells how many it opened.

process.send?.("ready");
await once(process, "message");
let opened = 0;
for (const database of process.argv.slice(2)) {
  const store = sqliteStore({ database, lockTimeoutMs: 60_000 });
  await store.open();
  await store[Symbol.asyncDispose]();
  opened += 1;
}
process.send?.(opened);
process.disconnect();
