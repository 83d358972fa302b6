import { deepEqual, equal, ok } from "node:assert/strict";
import { type CheckpointState, defineLoop, defineRun } from "@executus/core";
import { freshId } from "../fixtures.ts";
import { never } from "../world/process.ts";
import { story } from "../world/story.ts";
import { everyKind } from "../world/values.ts";
import {
  type CheckpointerScenario,
  copyOf,
  executorOn,
  hostScenario,
  isRecorded,
  isWholeState,
  loaded,
  tellOn,
} from "./drive.ts";

/** What is recorded of a run while it is driven. */
export const saveScenarios: readonly CheckpointerScenario[] = [
  hostScenario(
    "save.durable",
    "each save is durable, for other processes too, once it resolves",
    async (context) => {
      for (const kind of ["phases", "loop"] as const) {
        const seen: number[] = [];
        const id = `run-${freshId()}`;
        const other = await context.another();
        const told = story(kind, {
          async act() {
            const { state } = await loaded(other, id);
            seen.push(state.completedPhases.length + state.turns);
          },
        });

        await tellOn(context.host, told, id);

        deepEqual(seen, [0, 1, 2], "steps that are recorded when the next one begins");
      }
    },
  ),
  hostScenario(
    "save.grows-once",
    "history and outputs grow by what is new, each once and in order",
    async ({ host, another }) => {
      for (const kind of ["phases", "loop"] as const) {
        let last: CheckpointState | undefined;
        const id = `run-${freshId()}`;
        const watch = (_verb: string, state?: CheckpointState): void => {
          last = state && copyOf(state);
        };
        const told = story(kind, { names: ["a", "b", "c", "d", "e"] });

        await tellOn(host, told, id, { watch });

        ok(last !== undefined, "the end carries the state");
        isWholeState(await loaded(await another(), id), last);
      }
    },
  ),
  hostScenario(
    "save.catches-up",
    "a save after one that failed records what both carry",
    async (context) => {
      for (const kind of ["phases", "loop"] as const) {
        const id = `run-${freshId()}`;
        let saves = 0;
        let last: CheckpointState | undefined;
        const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
        const told = story(kind, {
          act({ index }) {
            if (index !== 2) return;
            reach();
            return never();
          },
        });
        const watch = (verb: string, state?: CheckpointState): void => {
          if (verb !== "save") return;
          saves += 1;
          if (saves === 1) throw new Error("never reaches the checkpointer");
          last = state && copyOf(state);
        };

        await Promise.race([tellOn(context.host, told, id, { watch }), reached]);

        ok(last !== undefined);
        isWholeState(await isRecorded(context, id, "active", 2), last);
      }
    },
  ),
  hostScenario(
    "save.by-value",
    "what a save records does not change with what the run does afterwards",
    async (context) => {
      const id = `run-${freshId()}`;
      const message = { text: "as it was saved" };
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      const definition = defineLoop("by-value", {
        version: "1",
        turn({ turn }) {
          if (turn === 2) message.text = "changed";
          return { append: turn === 1 ? [message] : ["never saved"] };
        },
      });
      let saves = 0;
      const watch = (verb: string): unknown => {
        saves += verb === "save" ? 1 : 0;
        if (saves < 2) return undefined;
        // The state has grown, and this save never reaches the checkpointer.
        reach();
        return never();
      };
      const run = executorOn(context.host.factory, watch).run(definition, { id });

      await Promise.race([run, reached]);

      const { state } = await isRecorded(context, id, "active", 1);
      deepEqual([...state.history], [{ text: "as it was saved" }]);
    },
  ),
  hostScenario(
    "save.values",
    "outputs and messages of every kind that may be saved come back equal",
    async ({ host, another }) => {
      const values = everyKind();
      const id = `run-${freshId()}`;
      const loopId = `run-${freshId()}`;
      const phased = defineRun("values", { version: "1" })
        .phase("a", () => values)
        .phase("b", () => "done");
      const looped = defineLoop("values", {
        version: "1",
        turn: () => ({ append: Object.values(values), done: true }),
      });

      await executorOn(host.factory).run(phased, { id });
      await executorOn(host.factory).run(looped, { id: loopId });

      const other = await another();
      deepEqual((await loaded(other, id)).state.completedPhases[0]?.output, values);
      deepEqual([...(await loaded(other, loopId)).state.history], Object.values(values));
    },
  ),
  hostScenario(
    "save.large",
    "messages of 1 MiB, and thousands of them, come back whole and in order",
    async ({ host, another }) => {
      const id = `run-${freshId()}`;
      const large = ["a", "b"].map((text) => text.repeat(2 ** 20));
      const many = Array.from({ length: 5_000 }, (_, i) => `message ${i}`);
      const definition = defineLoop("large", {
        version: "1",
        turn: ({ turn }) => ({ append: turn === 1 ? large : many, done: turn === 2 }),
      });

      await executorOn(host.factory).run(definition, { id });

      const { history } = (await loaded(await another(), id)).state;
      equal(history.length, 5_002, "as many messages");
      for (const [i, message] of [...large, ...many].entries()) {
        ok(history[i] === message, `message ${i}`);
      }
    },
  ),
];
