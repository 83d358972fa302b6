import { createExecutor, defineAgent, defineTool } from "@executus/core";
import type { AgentMessage, AgentOutput, Definition } from "@executus/core";
import { describe, expect, test } from "vitest";
import { anything, calling, results, saying, text } from "../support/agents.ts";
import { bench } from "../support/bench.ts";
import { journalOf, places, typesOf, watched } from "../support/stores.ts";
import type { Interference, WatchedStore } from "../support/stores.ts";

/** What one process has done of a run. */
interface Deeds {
  /** The numbers of the answers that it asked for. */
  readonly asked: number[];
  /** The key of each call that it ran, by turn and call. */
  readonly keys: Map<string, string>;
}

/** An agent of three answers, of which two call tools, and what it does here. */
function charging(): {
  readonly deeds: Deeds;
  readonly agent: Definition<string, AgentOutput<AgentMessage>>;
} {
  const deeds: Deeds = { asked: [], keys: new Map() };
  const charge = defineTool({
    description: "Charges a card.",
    inputSchema: anything,
    execute: (input, { turn, toolCallId, idempotencyKey }) => {
      deeds.keys.set(`${turn} ${toolCallId}`, idempotencyKey);
      return `charged ${String(input)}`;
    },
  });
  const agent = defineAgent("agent", {
    version: "1",
    tools: { charge },
    model: ({ turn }) => {
      deeds.asked.push(turn);
      return turn === 3 ? saying("Done.") : calling(["charge", 1], ["charge", turn]);
    },
  });
  return { deeds, agent };
}

const transcript = [1, 2].flatMap((turn) => [
  calling(["charge", 1], ["charge", turn]),
  results(["charge", text("charged 1")], ["charge", text(`charged ${turn}`)]),
]);

const verbs = ["getRun", "lastRecord", "insertRun", "updateRun", "append"] as const;

/** Lets a process die at one of its store calls: that one is carried out or not, and none is after it. */
function dieAt(store: WatchedStore, deadly: number, how: "before" | "after"): void {
  let calls = 0;
  const never = new Promise<never>(() => {});
  const dying: Interference = (call) => {
    calls += 1;
    if (calls < deadly) return undefined;
    return calls === deadly && how === "after" ? call().then(() => never) : never;
  };
  for (const verb of verbs) store.interfere(verb, dying);
}

/** Answers that the journal has. */
async function answersIn(store: WatchedStore): Promise<number> {
  const records = await journalOf(store, "a");
  const turns = records.map(({ data }) => /"turns":(\d+)/.exec(String(data))?.[1] ?? "0");
  return Math.max(0, ...turns.map(Number));
}

describe.for(places.map((open) => [open().name, open] as const))("on %s", ([, open]) => {
  test.for(["before", "after"] as const)(
    "an agent that dies %s any of its store calls runs no call of an answer that is not saved, asks for none that is, and keeps the keys of its calls",
    async (how) => {
      let deadly = 1;
      for (let completed = false; !completed; deadly += 1) {
        await using world = bench(open);
        const store = watched(world.place.open());
        dieAt(store, deadly, how);
        // Nobody disposes of it, and it does not lose patience: it is dead.
        const patience = { callTimeoutMs: 1e9, saveTimeoutMs: 1e9, finaliseTimeoutMs: 1e9 };
        const { clock: runtime, logger } = world;
        const dying = createExecutor({ store, runtime, logger, beginTimeoutMs: 1e9, ...patience });
        const [first, second] = [charging(), charging()];
        const options = { id: "a", input: "Pay." };
        void dying.run(first.agent, options).then(
          () => (completed = true),
          () => {},
        );
        await world.clock.advance(0);
        const next = world.spawn({ definitions: [second.agent] });
        await next.store.open();
        const saved = await answersIn(next.store);
        const running = next.executor.run(second.agent, options);
        await world.clock.advance(40_000);
        const { text: said } = await running;
        const handle = await next.executor.attach("a");
        const events = await Array.fromAsync(handle.events());

        const place = `call ${deadly}, when ${saved} answers were saved`;
        expect(said, place).toBe("Done.");
        expect(
          second.deeds.asked.filter((turn) => turn <= saved),
          place,
        ).toEqual([]);
        for (const call of first.deeds.keys.keys()) {
          expect(Number.parseInt(call), `${place}, ${call}`).toBeLessThanOrEqual(saved);
        }
        expect(
          events.flatMap((event) => ("messages" in event ? event.messages : [])),
          place,
        ).toEqual([...transcript, saying("Done.")]);
        for (const [call, key] of second.deeds.keys) {
          expect(first.deeds.keys.get(call) ?? key, `${place}, ${call}`).toBe(key);
        }
        expect((await typesOf(next.store, "a")).at(-1), place).toBe("complete");
      }
      expect(deadly).toBeGreaterThan(10);
    },
  );
});
