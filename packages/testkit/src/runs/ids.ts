import { deepEqual, equal } from "node:assert/strict";
import { defineRun } from "@executus/core";
import type { Scenario } from "../scenario.ts";
import { similarIds } from "../scenarios/run-ids.ts";
import { never } from "../world/process.ts";
import { worldScenario } from "../world/world.ts";

/** Runs whose ids look alike never meet. */
export const idScenarios: readonly Scenario[] = [
  worldScenario(
    "ids.apart",
    "runs whose ids look alike each begin, and each get their own output, now and later",
    async (world) => {
      const process = await world.process();
      const ids = similarIds();
      const definition = defineRun<number>("ids", { version: "1" }).phase("a", ({ input, id }) => [
        input,
        id,
      ]);
      const run = (input: number): Promise<unknown> =>
        process.executor.run(definition, { id: ids[input] ?? "", input, ifActive: "reject" });

      for (const [i, id] of ids.entries()) deepEqual(await run(i), [i, id]);

      for (const [i, id] of ids.entries()) {
        deepEqual(await run(i), [i, id], `"${id}" has its own output`);
        deepEqual((await world.view(id))?.output, [i, id], `"${id}" shows its own output`);
      }
    },
  ),
  worldScenario(
    "ids.resumed-apart",
    "of runs whose ids look alike, each is resumed from its own state",
    async (world) => {
      const ids = similarIds();
      const dead = await world.process();
      const seen = new Map<string, () => void>();
      const definition = defineRun("ids", { version: "1" })
        .phase("a", ({ id }) => id)
        .phase("b", ({ id, outputs }) => {
          const enter = seen.get(id);
          seen.delete(id);
          enter?.();
          return enter === undefined ? outputs.a : never();
        });
      for (const id of ids) {
        const entered = new Promise<void>((resolve) => seen.set(id, resolve));
        const run = dead.executor.run(definition, { id, ifActive: "reject" });
        equal(await Promise.race([entered, run]), undefined, `"${id}" is a run of its own`);
      }
      dead.die();
      const next = await world.process();

      for (const id of ids)
        equal(await next.executor.run(definition, { id, ifActive: "reject" }), id);
    },
  ),
  worldScenario(
    "ids.deleted-apart",
    "the deletion of a run leaves runs whose ids look alike",
    async (world) => {
      const { executor } = await world.process();
      const ids = similarIds();
      const definition = defineRun("ids", { version: "1" }).phase("a", ({ id }) => id);
      for (const id of ids) await executor.run(definition, { id });

      for (const id of ids.filter((_, i) => i % 2 === 0)) equal(await executor.delete(id), true);

      for (const [i, id] of ids.entries()) {
        equal((await world.view(id))?.output, i % 2 === 0 ? undefined : id, `looks for "${id}"`);
      }
    },
  ),
];
