import { createExecutor, defineRun } from "@executus/core";
import type { ExecutorOptions, RunStore } from "@executus/core";
import { expect } from "vitest";
import { testLogger } from "./logger.ts";
import { gate, untilAborted } from "./promises.ts";
import { typesOf } from "./stores.ts";

/** Who has to do with a life: the process that begins the run, the one that ends it, and somebody who looks at what is there. */
export interface Stores {
  readonly first: RunStore;
  readonly second: RunStore;
  readonly looking: RunStore;
}

/** More than `maxRecordBytes` of the stores, so that it goes through chunks. */
const large = "all that was collected ".repeat(100);

/** What the stores of a life must have, so that it takes them through all verbs. */
export const limitsOfLives = { maxRecordBytes: 1024 } as const;

/**
 * Takes a run through its whole life, and through every verb of its store: begun in one process and left in the middle, found
 * by another and ended there, looked at, and deleted. Expects it to be as if nothing had happened on the way.
 */
export async function live(
  id: string,
  { first, second, looking }: Stores,
  options: ExecutorOptions = {},
): Promise<void> {
  const arrived = gate();
  const ran: string[] = [];
  const definition = defineRun("life", { version: "1" })
    .phase("collect", ({ attempt }) => {
      ran.push(`collect/${attempt}`);
      return large;
    })
    .phase("rank", ({ attempt, signal }) => {
      ran.push(`rank/${attempt}`);
      arrived.open();
      return attempt === 1 ? untilAborted(signal) : "ranked";
    })
    .phase("write", ({ attempt, outputs }) => {
      ran.push(`write/${attempt}`);
      return outputs.collect.length;
    });
  const common = { definitions: [definition], keepStore: true, logger: testLogger(), ...options };

  const begins = createExecutor({ store: first, ...common });
  const handle = await begins.start(definition, { id });
  handle.result().catch(() => {});
  await arrived.opened;
  await begins.shutdown({ graceMs: 0 });

  await using ends = createExecutor({ store: second, ...common });
  expect((await ends.recover()).resumed).toEqual([id]);
  await ends.idle();

  expect(await ends.get(id)).toMatchObject({ status: "completed", output: large.length });
  expect(ran).toEqual(["collect/1", "rank/1", "rank/2", "write/2"]);
  const boundaries = ["save", "release", "claim", "save", "complete"];
  expect(await typesOf(looking, id)).toEqual(["begin", ...boundaries]);
  const { incarnation = "" } = (await looking.getRun(id)) ?? {};
  expect(await ends.delete(id)).toBe(true);
  expect(await looking.getRun(id)).toBeUndefined();
  expect(await looking.lastRecord(incarnation)).toBeUndefined();
}
