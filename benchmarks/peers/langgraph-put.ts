import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import type { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { saverAt, threadOf } from "./langgraph-saver.ts";
import { isOutput, messages, numbersTo, output, phases } from "./system.ts";
import type { System } from "./system.ts";

/** The saver alone: one `put` of the whole state for each turn, or phase. */
export const langgraphPut: System = {
  name: "LangGraph's saver alone, `put`",
  database: "SQLite",
  programs: {
    turns: {
      async run(place, turns, ends) {
        using saver = saverAt(place);
        const put = puts(saver, "chat");
        const history: (typeof messages)[number][] = [];
        for (const turn of numbersTo(turns)) {
          history.push(...messages);
          await put(turn, { messages: history, turn });
          ends();
        }
      },
      async readBack(place) {
        using saver = saverAt(place);
        const { messages: history } = await valuesOf(saver, "chat");
        return (history as typeof messages).length / messages.length;
      },
    },
    phases: {
      async run(place, runs, ends) {
        using saver = saverAt(place);
        for (const run of numbersTo(runs)) {
          const put = puts(saver, `${run}`);
          const outputs: Record<string, string> = {};
          for (const [i, name] of phases.entries()) {
            outputs[name] = output;
            await put(i + 1, outputs);
          }
          ends();
        }
      },
      async readBack(place, runs) {
        using saver = saverAt(place);
        let whole = 0;
        for (const run of numbersTo(runs)) {
          const outputs = await valuesOf(saver, `${run}`);
          if (phases.every((name) => isOutput(outputs[name]))) whole += 1;
        }
        return whole;
      },
    },
  },
};

/** Saves the states of a run, each after the one before. */
function puts(saver: SqliteSaver, id: string) {
  let config: Parameters<SqliteSaver["put"]>[0] = threadOf(id);
  return async (step: number, values: Record<string, unknown>): Promise<void> => {
    const checkpoint = { ...emptyCheckpoint(), channel_values: values };
    config = await saver.put(config, checkpoint, { source: "loop", step, parents: {} });
  };
}

async function valuesOf(saver: SqliteSaver, id: string): Promise<Record<string, unknown>> {
  return (await saver.getTuple(threadOf(id)))?.checkpoint.channel_values ?? {};
}
