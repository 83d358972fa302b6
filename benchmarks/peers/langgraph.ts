import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import type { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { saverAt, threadOf } from "./langgraph-saver.ts";
import { isOutput, messages, numbersTo, output, phases } from "./system.ts";
import type { System } from "./system.ts";

type Messages = typeof messages;

/** In a graph, with each step saved before the next one begins. */
export const langgraph: System = {
  name: "LangGraph, a graph with its saver",
  database: "SQLite",
  programs: {
    turns: {
      async run(place, turns, ends) {
        using saver = saverAt(place);
        const config = { ...threadOf("chat"), recursionLimit: turns + 10, ...eachStepSaved };
        await loopOf(turns, saver, ends).invoke({ messages: [], turn: 0 }, config);
        ends();
      },
      async readBack(place) {
        using saver = saverAt(place);
        const { values } = await loopOf(0, saver, () => {}).getState(threadOf("chat"));
        return (values as { messages: Messages }).messages.length / messages.length;
      },
    },
    phases: {
      async run(place, runs, ends) {
        using saver = saverAt(place);
        const graph = chainOf(saver);
        for (const run of numbersTo(runs)) {
          await graph.invoke({}, { ...threadOf(`${run}`), ...eachStepSaved });
          ends();
        }
      },
      async readBack(place, runs) {
        using saver = saverAt(place);
        const graph = chainOf(saver);
        let whole = 0;
        for (const run of numbersTo(runs)) {
          const { values } = await graph.getState(threadOf(`${run}`));
          const outputs = values as Readonly<Record<string, unknown>>;
          if (phases.every((name) => isOutput(outputs[`output-${name}`]))) whole += 1;
        }
        return whole;
      },
    },
  },
};

const eachStepSaved = { durability: "sync" } as const;

function loopOf(turns: number, checkpointer: SqliteSaver, ends: () => void) {
  const State = Annotation.Root({
    messages: Annotation<Messages>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
    turn: Annotation<number>(),
  });
  return new StateGraph(State)
    .addNode("ask", ({ turn }) => {
      if (turn > 0) ends();
      return { messages, turn: turn + 1 };
    })
    .addEdge(START, "ask")
    .addConditionalEdges("ask", ({ turn }) => (turn < turns ? "ask" : END), ["ask", END])
    .compile({ checkpointer });
}

/** Each node has a channel for what it puts out. */
function chainOf(checkpointer: SqliteSaver) {
  const State = Annotation.Root({
    "output-one": Annotation<string>(),
    "output-two": Annotation<string>(),
    "output-three": Annotation<string>(),
    "output-four": Annotation<string>(),
    "output-five": Annotation<string>(),
  });
  return new StateGraph(State)
    .addNode("one", () => ({ "output-one": output }))
    .addNode("two", () => ({ "output-two": output }))
    .addNode("three", () => ({ "output-three": output }))
    .addNode("four", () => ({ "output-four": output }))
    .addNode("five", () => ({ "output-five": output }))
    .addEdge(START, "one")
    .addEdge("one", "two")
    .addEdge("two", "three")
    .addEdge("three", "four")
    .addEdge("four", "five")
    .addEdge("five", END)
    .compile({ checkpointer });
}
