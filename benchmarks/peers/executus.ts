import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor, defineLoop } from "@executus/core";
import { messages } from "./system.ts";
import type { System } from "./system.ts";

/** Always `synchronous = full`. */
export const executus: System = {
  name: "Executus",
  async run(file, turns, _options, turnEnds) {
    const chat = defineLoop<null, (typeof messages)[number], number>("chat", {
      version: "1",
      maxTurns: turns,
      turn: ({ turn }) => {
        if (turn > 1) turnEnds();
        return { append: messages, done: turn === turns, output: turn };
      },
    });
    await using executor = createExecutor({ store: sqliteStore({ database: file }) });
    await executor.run(chat, { id: "chat", input: null });
    turnEnds();
  },
  async readBack(file) {
    await using executor = createExecutor({ store: sqliteStore({ database: file }) });
    return (await executor.get("chat"))?.turns ?? 0;
  },
};
