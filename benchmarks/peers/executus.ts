import { sqliteStore } from "@executus/adapter-sqlite";
import { createExecutor, defineLoop, defineRun } from "@executus/core";
import type { Executor } from "@executus/core";
import { messages, numbersTo, output, phases } from "./system.ts";
import type { Place, System } from "./system.ts";

/** Always `synchronous = full`. */
export const executus: System = {
  name: "Executus",
  database: "SQLite",
  programs: {
    turns: {
      async run(place, turns, ends) {
        const chat = defineLoop<null, (typeof messages)[number], number>("chat", {
          version: "1",
          maxTurns: turns,
          turn: ({ turn }) => {
            if (turn > 1) ends();
            return { append: messages, done: turn === turns, output: turn };
          },
        });
        await using executor = executorAt(place);
        await executor.run(chat, { id: "chat", input: null });
        ends();
      },
      async readBack(place) {
        await using executor = executorAt(place);
        return (await executor.get("chat"))?.turns ?? 0;
      },
    },
    phases: {
      async run(place, runs, ends) {
        const job = defineRun("job", { version: "1" })
          .phase("one", () => output)
          .phase("two", () => output)
          .phase("three", () => output)
          .phase("four", () => output)
          .phase("five", () => output);
        await using executor = executorAt(place);
        for (const run of numbersTo(runs)) {
          await executor.run(job, { id: `${run}` });
          ends();
        }
      },
      async readBack(place, runs) {
        await using executor = executorAt(place);
        let whole = 0;
        for (const run of numbersTo(runs)) {
          const view = await executor.get(`${run}`);
          if (view?.completedPhases.length === phases.length) whole += 1;
        }
        return whole;
      },
    },
  },
};

function executorAt({ database }: Place): Executor {
  return createExecutor({ store: sqliteStore({ database }) });
}
