import { deepEqual, equal, ok } from "node:assert/strict";
import { defineRun } from "@executus/core";
import { bytesOf, freshId } from "../fixtures.ts";
import type { Scenario } from "../scenario.ts";
import { outcomeOf, ranInOrder, savedRanOnce, toldTo, typesOf } from "../world/expect-run.ts";
import type { Meddle, Process } from "../world/process.ts";
import { type Story, story } from "../world/story.ts";
import { type World, worldScenario } from "../world/world.ts";
import { tell } from "./deeds.ts";
import { throughLoop, throughPhases } from "./values.ts";

/** Small, so that a value of 10,000 characters has several chunks. */
const maxRecordBytes = 2_048;
const long = "0123456789".repeat(1_000);

/** What does not fit into one record. */
export const largeScenarios: readonly Scenario[] = [
  worldScenario(
    "large.outputs",
    "an output over maxRecordBytes comes back whole after a resume, text as text and bytes as bytes",
    async (world) => {
      const limit = Math.min(world.context.store.limits.maxRecordBytes, 2 ** 20);
      const bytes = limit + 1_000;
      const value = { text: "é😀".repeat(bytes / 6), bytes: bytesOf(10_000) };

      const { seen, output } = await throughPhases(world, value, { maxRecordBytes: limit });

      ok(sameDeep(seen, value), "what the next phase sees");
      ok(sameDeep(output, value), "what is recorded");
    },
  ),
  worldScenario(
    "large.messages",
    "messages of 1 MiB come back whole and in order after a resume",
    async (world) => {
      const messages = ["a", "b", "c"].map((text) => text.repeat(2 ** 20));

      const history = await throughLoop(world, messages);

      equal(history.length, messages.length);
      for (const [i, message] of messages.entries()) ok(history[i] === message, `message ${i}`);
    },
  ),
  worldScenario(
    "large.many-chunks",
    "values that take many chunks come back whole, each its own",
    async (world) => {
      const messages = ["a", "b"].map((text) => text.repeat(100_000));
      ok(sameDeep(await throughLoop(world, messages, { maxRecordBytes }), messages));
    },
  ),
  worldScenario(
    "large.input",
    "an input over maxRecordBytes comes back whole after a resume",
    async (world) => {
      const id = `run-${freshId()}`;
      const first = await world.process({ maxRecordBytes });
      const seen: string[] = [];
      const definition = defineRun<string>("large", { version: "1" }).phase("a", ({ input }) => {
        seen.push(input);
        return seen.length === 1 ? first.dieHere() : "";
      });
      await Promise.race([first.executor.run(definition, { id, input: long }), first.died]);

      await (
        await world.process()
      ).executor.run(definition, { id, input: long, ifActive: "reject" });

      deepEqual(seen, [long, long]);
    },
  ),
  worldScenario(
    "large.torn",
    "a set of chunks that was cut off by a crash is never seen: the phase that made it runs again",
    (world) => strikeEachChunk(world, (process) => process.dieHere()),
  ),
  worldScenario(
    "large.torn-before-record",
    "a whole set of chunks whose record was never appended is never seen",
    (world) => strikeRecord(world),
  ),
  worldScenario(
    "large.ambiguous",
    "a chunk that is put, but reported as failed, is there once",
    (world) =>
      strikeEachChunk(world, async (_process, apply) => {
        await apply();
        throw new Error("the connection is lost");
      }),
  ),
];

type Strike = <T>(process: Process, apply: () => Promise<T>) => Promise<T>;

/** A story whose second phase gives a long output. */
function longStory(): Story {
  const told = story("phases", {
    act: ({ index }) => (index === 1 ? { output: long } : undefined),
  });
  return { ...told, output: `c2 after ${long}` };
}

/** Has each chunk of a save go wrong in turn. */
async function strikeEachChunk(world: World, strike: Strike): Promise<void> {
  for (let n = 1; ; n += 1) {
    let chunks = 0;
    const struck = await strikeWhen(
      world,
      strike,
      ({ verb }) => verb === "putChunk" && (chunks += 1) === n,
    );
    if (!struck) break;
    ok(n < 100, "a save has an end");
  }
}

async function strikeRecord(world: World): Promise<void> {
  const struck = await strikeWhen(
    world,
    (process) => process.dieHere(),
    ({ record }) => record?.chunks !== undefined,
  );
  ok(struck, "a record has chunks");
}

async function strikeWhen(
  world: World,
  strike: Strike,
  isHere: (call: Parameters<Meddle>[0]) => boolean,
): Promise<boolean> {
  const id = `run-${freshId()}`;
  const told = longStory();
  const process = await world.process({ maxRecordBytes });
  let struck = false;
  process.meddle = (call, apply) => {
    if (struck || !isHere(call)) return apply();
    struck = true;
    return strike(process, apply);
  };
  const outcome = await Promise.race([outcomeOf(tell(process, told, id)), process.died]);
  if (outcome === undefined) {
    const kept = process.put.map(({ type }) => type);
    deepEqual(
      await typesOf(world, id),
      kept,
      "the records before the crash are there, and no more",
    );
    deepEqual(await tell(await world.process({ maxRecordBytes }), told, id), told.output);
  } else {
    deepEqual(outcome, { output: told.output });
  }
  ranInOrder(told, outcome === undefined ? 1 : 0);
  savedRanOnce(told, process);
  await toldTo(world, id, told);
  return struck;
}

/** Compares without printing megabytes. */
function sameDeep(actual: unknown, expected: unknown): boolean {
  try {
    deepEqual(actual, expected);
    return true;
  } catch {
    return false;
  }
}
