/** A process of its own that saves: ten runs at once, as soon as it is told to. */
import { once } from "node:events";
import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor } from "@executus/core";
import { chat } from "./programs.ts";

const [database = "", turns = ""] = process.argv.slice(2);
await using executor = createExecutor({ store: sqliteStore({ database }) });
await executor.list({ limit: 1 });
console.log("ready");
await once(process.stdin.resume(), "end");
const input = { turns: Number(turns) };
await Promise.all(Array.from({ length: 10 }, () => executor.run(chat, { input })));
