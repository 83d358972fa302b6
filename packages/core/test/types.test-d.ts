import type { StandardSchemaV1 } from "@standard-schema/spec";
import { expectTypeOf } from "vitest";
import { createExecutor, defineAgent, defineLoop, defineRun, defineTool } from "../src/index.ts";
import type {
  AgentMessage,
  AssistantMessage,
  Definition,
  PhaseOutput,
  ToolContext,
} from "../src/index.ts";

const executor = createExecutor();

// Outputs are known by name, with their types; of two phases of one name, either's.
const digest = defineRun<{ folder: string }>("digest", { version: "1" })
  .phase("collect", ({ input }) => {
    expectTypeOf(input).toEqualTypeOf<{ folder: string }>();
    return [input.folder];
  })
  .phase("check", async ({ outputs }) => {
    expectTypeOf(outputs.collect).toEqualTypeOf<string[]>();
    // @ts-expect-error -- there is no such phase
    void outputs.rank;
    return outputs.collect.length;
  })
  .phase("check", ({ outputs, completedPhases }) => {
    expectTypeOf(outputs.check).toEqualTypeOf<number>();
    expectTypeOf(completedPhases).toEqualTypeOf<readonly PhaseOutput[]>();
    return true;
  })
  .phase("write", ({ outputs }) => {
    expectTypeOf(outputs.check).toEqualTypeOf<number | boolean>();
    return { path: "x" };
  });

// The last phase's output is the run's; the input is what the definition takes.
expectTypeOf(executor.run(digest, { input: { folder: "docs" } })).resolves.toEqualTypeOf<{
  path: string;
}>();
// @ts-expect-error -- the input is missing
void executor.run(digest);
// @ts-expect-error -- the input is missing
void executor.run(digest, { id: "a" });
// @ts-expect-error -- the input is of another type
void executor.run(digest, { input: { folder: 1 } });

// A definition without an input needs no options.
const plain = defineRun("plain", { version: "1" }).phase("only", () => 1);
expectTypeOf(executor.run(plain)).resolves.toEqualTypeOf<number>();
expectTypeOf(executor.run(plain, { id: "a" })).resolves.toEqualTypeOf<number>();

// A schema gives both: what the run takes, and what phases get.
declare const schema: StandardSchemaV1<{ n: string }, { n: number }>;
const checked = defineRun("checked", { version: "1", input: schema }).phase("only", ({ input }) => {
  expectTypeOf(input).toEqualTypeOf<{ n: number }>();
  return input.n;
});
expectTypeOf(executor.run(checked, { input: { n: "5" } })).resolves.toEqualTypeOf<number>();
// @ts-expect-error -- the schema takes text
void executor.run(checked, { input: { n: 5 } });

// Loops are generic in input, message and output.
interface Message {
  readonly role: "user" | "assistant";
}
const talk = defineLoop<{ question: string }, Message, string>("talk", {
  version: "1",
  turn: ({ history, input, turn }) => {
    expectTypeOf(history).toEqualTypeOf<readonly Message[]>();
    expectTypeOf(input).toEqualTypeOf<{ question: string }>();
    expectTypeOf(turn).toEqualTypeOf<number>();
    return { append: [{ role: "assistant" }], done: true, output: "x" };
  },
});
expectTypeOf(talk).toExtend<Definition<{ question: string }, string>>();
defineLoop<undefined, Message, string>("talk", {
  version: "1",
  // @ts-expect-error -- no such role
  turn: () => ({ append: [{ role: "robot" }], done: true, output: "x" }),
});

// Every definition can be registered.
createExecutor({ definitions: [digest, plain, checked, talk] });

// Forty phases in a chain keep their types.
const forty = defineRun<{ n: number }>("forty", { version: "1" })
  .phase("p1", () => 1 as const)
  .phase("p2", ({ outputs }) => outputs.p1)
  .phase("p3", ({ outputs }) => outputs.p2)
  .phase("p4", ({ outputs }) => outputs.p3)
  .phase("p5", ({ outputs }) => outputs.p4)
  .phase("p6", ({ outputs }) => outputs.p5)
  .phase("p7", ({ outputs }) => outputs.p6)
  .phase("p8", ({ outputs }) => outputs.p7)
  .phase("p9", ({ outputs }) => outputs.p8)
  .phase("p10", ({ outputs }) => outputs.p9)
  .phase("p11", ({ outputs }) => outputs.p10)
  .phase("p12", ({ outputs }) => outputs.p11)
  .phase("p13", ({ outputs }) => outputs.p12)
  .phase("p14", ({ outputs }) => outputs.p13)
  .phase("p15", ({ outputs }) => outputs.p14)
  .phase("p16", ({ outputs }) => outputs.p15)
  .phase("p17", ({ outputs }) => outputs.p16)
  .phase("p18", ({ outputs }) => outputs.p17)
  .phase("p19", ({ outputs }) => outputs.p18)
  .phase("p20", ({ outputs }) => outputs.p19)
  .phase("p21", ({ outputs }) => outputs.p20)
  .phase("p22", ({ outputs }) => outputs.p21)
  .phase("p23", ({ outputs }) => outputs.p22)
  .phase("p24", ({ outputs }) => outputs.p23)
  .phase("p25", ({ outputs }) => outputs.p24)
  .phase("p26", ({ outputs }) => outputs.p25)
  .phase("p27", ({ outputs }) => outputs.p26)
  .phase("p28", ({ outputs }) => outputs.p27)
  .phase("p29", ({ outputs }) => outputs.p28)
  .phase("p30", ({ outputs }) => outputs.p29)
  .phase("p31", ({ outputs }) => outputs.p30)
  .phase("p32", ({ outputs }) => outputs.p31)
  .phase("p33", ({ outputs }) => outputs.p32)
  .phase("p34", ({ outputs }) => outputs.p33)
  .phase("p35", ({ outputs }) => outputs.p34)
  .phase("p36", ({ outputs }) => outputs.p35)
  .phase("p37", ({ outputs }) => outputs.p36)
  .phase("p38", ({ outputs }) => outputs.p37)
  .phase("p39", ({ outputs }) => outputs.p38)
  .phase("p40", ({ outputs }) => [outputs.p1, outputs.p39] as const);
expectTypeOf(executor.run(forty, { input: { n: 1 } })).resolves.toEqualTypeOf<readonly [1, 1]>();

// A tool's input is what its schema makes of it.
const tool = defineTool({
  description: "Doubles.",
  inputSchema: schema,
  execute: (input, context) => {
    expectTypeOf(input).toEqualTypeOf<{ n: number }>();
    expectTypeOf(context).toEqualTypeOf<ToolContext>();
    return input.n * 2;
  },
});

// An agent takes text or messages, and gives the text and message of the last answer.
const agent = defineAgent("agent", {
  version: "1",
  tools: { tool },
  model: ({ messages }) => {
    expectTypeOf(messages).toEqualTypeOf<AgentMessage[]>();
    return { role: "assistant", content: "So." };
  },
});
expectTypeOf(executor.run(agent, { input: "Why?" })).resolves.toEqualTypeOf<{
  readonly text: string;
  readonly message: AssistantMessage;
}>();
void executor.run(agent, { input: [{ role: "user", content: "Why?" }] });
// @ts-expect-error -- the input is missing
void executor.run(agent);
// @ts-expect-error -- there is no such role
void executor.run(agent, { input: [{ role: "robot", content: "Why?" }] });
// @ts-expect-error -- a model gives a message
defineAgent("agent", { version: "1", model: () => "So." });

// Parts need no help to keep the type that they are known by.
defineAgent("agent", {
  version: "1",
  model: ({ turn }) =>
    turn === 1
      ? {
          role: "assistant",
          content: [{ type: "tool-call", toolCallId: "1", toolName: "tool", input: {} }],
        }
      : { role: "assistant", content: [{ type: "text", text: "So." }] },
});
