import { deepEqual, fail } from "node:assert/strict";
import { defineLoop } from "@executus/core";
import { eachOf, freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { isSound, ranInOrder, toldTo } from "../world/expect-run.ts";
import { story, type StoryKind } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { interrupted, tell } from "./deeds.ts";

const names = ["a", "b", "c", "d"];

/** Going on where an owner died. */
export const resumeScenarios: readonly Scenario[] = [
  worldScenario(
    "resume.at-each-phase",
    "a run whose owner dies in any of its phases goes on with that phase, and gives what it would have given",
    (world) => resumedAtEach(world, "phases"),
  ),
  worldScenario(
    "resume.at-each-turn",
    "a loop whose owner dies in any of its turns goes on with that turn and the whole history",
    (world) => resumedAtEach(world, "loop"),
  ),
  worldScenario(
    "resume.again-and-again",
    "a run whose owners die one after the other, each a step further, is told once",
    async (world) => {
      const id = `run-${freshId()}`;
      let owner = await world.process();
      const told = story("loop", {
        names,
        act: ({ visit }) => (visit === 1 ? owner.dieHere() : undefined),
      });

      for (const _ of names) {
        await Promise.race([tell(owner, told, id), owner.died]);
        owner = await world.process();
      }
      deepEqual(await tell(owner, told, id), told.output);

      await toldTo(world, id, told);
      ranInOrder(told, names.length);
    },
  ),
  worldScenario(
    "resume.ended",
    "a run that has ended gives its output to every later call, and nothing of it runs again",
    async (world) => {
      for (const kind of ["phases", "loop"] as const) {
        const id = `run-${freshId()}`;
        const told = story(kind);
        await tell(await world.process(), told, id);

        deepEqual(await tell(await world.process(), told, id), told.output);

        ranInOrder(told, 0);
        await toldTo(world, id, told);
      }
    },
  ),
  worldScenario("resume.thousands", "a run of 10,000 records is resumed whole", (world) =>
    resumedWhole(world, 10_000),
  ),
  worldScenario(
    "resume.reopened",
    "a run goes on after all handles were closed, and the data opened anew",
    async (world) => {
      const { id, told } = await interrupted(world, "phases");
      await world.context.store[Symbol.asyncDispose]();
      await world.closeAll();

      deepEqual(await tell(await world.process(), told, id), told.output);

      deepEqual(told.ran, [0, 1, 1, 2]);
    },
    "durable",
  ),
];

async function resumedAtEach(world: World, kind: StoryKind): Promise<void> {
  for (const at of names.keys()) {
    const { id, told } = await interrupted(world, kind, { at, names });

    deepEqual(await tell(await world.process(), told, id), told.output);

    const steps = [...names.keys()];
    deepEqual(told.ran, [...steps.slice(0, at + 1), ...steps.slice(at)], "what ran, in order");
    await toldTo(world, id, told);
  }
}

/** Resumes a loop whose journal has been filled with copies of its last record, which tells of no more than a turn. */
async function resumedWhole(world: World, records: number): Promise<void> {
  const { store } = world.context;
  const id = `run-${freshId()}`;
  const owner = await world.process();
  const ticking = defineLoop<string>("ticking", {
    version: "1",
    turn: ({ turn, attempt }) =>
      turn === 2 && attempt === 1 ? owner.dieHere() : { done: turn > 1 },
  });
  await Promise.race([owner.executor.run(ticking, { id, input: "once" }), owner.died]);
  const { incarnation } = (await store.getRun(id)) ?? fail("the run has a row");
  const last = (await store.lastRecord(incarnation)) ?? fail("the journal has a last record");
  const copies = Array.from({ length: records - last.seq }, (_, i) => ({
    ...last,
    seq: last.seq + 1 + i,
    nonce: `copy-${i}`,
  }));
  await eachOf(copies, (record) => store.append(incarnation, record));

  await (await world.process()).executor.run(ticking, { id, input: "once", ifActive: "reject" });

  const found = await world.records(id);
  isSound(found);
  deepEqual(
    found.slice(records).map(({ seq, type }) => `${seq} ${type}`),
    [`${records + 1} claim`, `${records + 2} complete`],
    "what follows all records",
  );
}
