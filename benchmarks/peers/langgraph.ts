import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { messages } from "./system.ts";
import type { System, SystemOptions } from "./system.ts";

type Messages = typeof messages;

const thread = { configurable: { thread_id: "chat", checkpoint_ns: "" } };

function saverOf(file: string, { synchronous }: SystemOptions): SqliteSaver {
  const saver = SqliteSaver.fromConnString(file);
  saver.db.pragma("journal_mode = wal");
  saver.db.pragma(`synchronous = ${synchronous}`);
  return saver;
}

function graphOf(turns: number, saver: SqliteSaver, turnEnds: () => void) {
  const State = Annotation.Root({
    messages: Annotation<Messages>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
    turn: Annotation<number>(),
  });
  return new StateGraph(State)
    .addNode("ask", ({ turn }) => {
      if (turn > 0) turnEnds();
      return { messages, turn: turn + 1 };
    })
    .addEdge(START, "ask")
    .addConditionalEdges("ask", ({ turn }) => (turn < turns ? "ask" : END), ["ask", END])
    .compile({ checkpointer: saver });
}

/** In a graph, with each step saved before the next one begins. */
export const langgraph: System = {
  name: "LangGraph, a graph with its SQLite saver",
  async run(file, turns, options, turnEnds) {
    const saver = saverOf(file, options);
    const config = { ...thread, recursionLimit: turns + 10, durability: "sync" as const };
    await graphOf(turns, saver, turnEnds).invoke({ messages: [], turn: 0 }, config);
    turnEnds();
    saver.db.close();
  },
  async readBack(file) {
    const saver = SqliteSaver.fromConnString(file);
    const { values } = await graphOf(0, saver, () => {}).getState(thread);
    saver.db.close();
    return (values as { turn: number }).turn;
  },
};

/** The saver alone: one `put` of the whole state each turn. */
export const langgraphPut: System = {
  name: "LangGraph's SQLite saver alone, `put`",
  async run(file, turns, options, turnEnds) {
    const saver = saverOf(file, options);
    let config: Parameters<SqliteSaver["put"]>[0] = thread;
    const history: Messages[number][] = [];
    for (let turn = 1; turn <= turns; turn += 1) {
      history.push(...messages);
      const values = { messages: history, turn };
      const checkpoint = { ...emptyCheckpoint(), channel_values: values };
      config = await saver.put(config, checkpoint, { source: "loop", step: turn, parents: {} });
      turnEnds();
    }
    saver.db.close();
  },
  async readBack(file) {
    const saver = SqliteSaver.fromConnString(file);
    const found = await saver.getTuple(thread);
    saver.db.close();
    return (found?.checkpoint.channel_values["turn"] as number | undefined) ?? 0;
  },
};
