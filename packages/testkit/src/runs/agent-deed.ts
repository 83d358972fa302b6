import { deepEqual } from "node:assert/strict";
import { type AgentMessage, defineAgent, defineTool } from "@executus/core";
import { freshId } from "../fixtures.ts";
import { ranInOrder, savedRanOnce, toldTo } from "../world/expect-run.ts";
import type { World } from "../world/world.ts";
import type { Prepared } from "./deeds.ts";

const question = "Is anybody there?";
const lastAnswer = "nobody after 2 looks";
/** Answer, tool, answer, tool, answer: each a boundary. */
const steps = 5;

/** Any input: a schema without a library. */
const anything = {
  "~standard": { version: 1, vendor: "executus", validate: (value: unknown) => ({ value }) },
} as const;

/** An agent that looks twice before it answers. */
export async function asking(world: World): Promise<Prepared> {
  const id = `run-${freshId()}`;
  const ran: number[] = [];
  const look = defineTool({
    description: "Looks around.",
    inputSchema: anything,
    execute(input) {
      ran.push(Number(input) * 2 + 1);
      return `nobody at ${String(input)}`;
    },
  });
  const definition = defineAgent("watchman", {
    version: "1",
    tools: { look },
    async model({ messages }) {
      const looks = messages.filter(({ role }) => role === "tool").length;
      ran.push(looks * 2);
      return answer(looks);
    },
  });
  const output = { text: lastAnswer, message: answer(2) };
  const told = { ran, steps, output };
  return {
    definition,
    act: async ({ executor }) =>
      deepEqual(
        await executor.run(definition, { id, input: question, ifActive: "reject" }),
        output,
      ),
    async check(first) {
      await toldTo(world, id, told);
      deepEqual((await world.view(id))?.turns, 3, "answers are counted once");
      ranInOrder(told);
      savedRanOnce(told, first);
    },
  };
}

function answer(looks: number): AgentMessage & { readonly role: "assistant" } {
  if (looks === 2) return { role: "assistant", content: lastAnswer };
  return {
    role: "assistant",
    content: [
      { type: "text", text: "I look." },
      { type: "tool-call", toolCallId: `call-${looks}`, toolName: "look", input: looks },
    ],
  };
}
