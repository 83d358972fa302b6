import { deepEqual, equal, fail, ok } from "node:assert/strict";
import { isExecutusError, type JournalRecord, type RunView } from "@executus/core";
import { same } from "../expect.ts";
import type { Process } from "./process.ts";
import type { Story } from "./story.ts";
import type { World } from "./world.ts";

const ends: ReadonlySet<string> = new Set(["complete", "fail"]);

/** How a call settled. */
export type Outcome = { readonly output: unknown } | { readonly error: unknown };

export function outcomeOf(call: Promise<unknown>): Promise<Outcome> {
  return call.then(
    (output) => ({ output }),
    (error: unknown) => ({ error }),
  );
}

/** What a call rejects with. Fails if it does not. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await outcomeOf(call);
  return "error" in outcome
    ? outcome.error
    : fail(`expected a rejection, got ${String(outcome.output)}`);
}

/** The code of what a call rejects with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await failureOf(call);
  return isExecutusError(error) ? error.code : String(error);
}

/**
 * Fails unless a journal is whole: slots are dense, no record of an earlier owner follows one of a later, and nothing
 * follows an end but a reopening.
 */
export function isSound(records: readonly JournalRecord[]): void {
  for (const [i, { seq, type, generation }] of records.entries()) {
    const before = records[i - 1];
    equal(seq, i + 1, `slot ${i + 1} is filled`);
    if (before === undefined) equal(type, "begin");
    else ok(generation >= before.generation, `no earlier owner writes slot ${seq}`);
    if (before !== undefined && ends.has(before.type))
      equal(type, "reopen", "nothing follows an end");
  }
}

/** The types of the records of a run. Fails unless its journal is whole. */
export async function typesOf(world: World, id: string): Promise<string[]> {
  return (await soundRecords(world, id)).map(({ type }) => type);
}

async function soundRecords(world: World, id: string): Promise<JournalRecord[]> {
  const records = await world.records(id);
  isSound(records);
  return records;
}

export interface RecordedEnd {
  readonly type: "complete" | "fail";
  readonly code?: string;
  /** How often the run has ended, with its reopenings. @default 1 */
  readonly times?: number;
}

/** Fails unless a run is recorded as ended, once and in this way, in its journal and in its row. */
export async function endedAs(
  world: World,
  id: string,
  { type, code = "", times = 1 }: RecordedEnd,
): Promise<RunView> {
  const records = await soundRecords(world, id);
  const last = records.at(-1);
  equal(last?.type, type, "the journal ends with it");
  equal(records.filter((each) => ends.has(each.type)).length, times, "the run has ended as often");
  const status = type === "complete" ? "completed" : "failed";
  const row = await world.context.store.getRun(id);
  same(
    { status: row?.status, code: row?.code, generation: row?.generation },
    { status, code, generation: last?.generation },
    "the row says so, and by whom",
  );
  const view = (await world.view(id)) ?? fail("the run can be seen");
  same({ status: view.status, code: view.code }, { status, code }, "others are told so");
  return view;
}

/** Fails unless a run is recorded as released: not over, and anybody's. */
export async function released(world: World, id: string): Promise<void> {
  const types = await typesOf(world, id);
  equal(types.at(-1), "release", "the journal ends with the release");
  deepEqual(
    types.filter((each) => ends.has(each)),
    [],
    "the run has not ended",
  );
  const row = await world.context.store.getRun(id);
  const { status, owner, dueAt } = row ?? {};
  same({ status, owner, dueAt }, { status: "active", owner: "", dueAt: 0 }, "the row says so");
}

/** Fails unless whoever asks for a failed run gets `RUN_FAILED` with the recorded error. */
export async function othersAreTold(call: Promise<unknown>, cause: unknown): Promise<void> {
  const error = await failureOf(call);
  if (!isExecutusError(error, "EXECUTUS_RUN_FAILED"))
    fail(`expected RUN_FAILED, got ${String(error)}`);
  deepEqual(plainError(error.cause), plainError(cause), "the cause is what was recorded");
}

function plainError(value: unknown): unknown {
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}

/** Fails unless a story was told to its end, and recorded so. */
export async function toldTo(
  world: World,
  id: string,
  { output }: Pick<Story, "output">,
): Promise<void> {
  const view = await endedAs(world, id, { type: "complete" });
  deepEqual(view.output, output, "the recorded output");
}

/** Fails unless each step was run once, in order, but for one that may have been interrupted. */
export function ranInOrder({ ran, steps }: Pick<Story, "ran" | "steps">, interruptions = 1): void {
  const once = ran.filter((index, i) => index !== ran[i - 1]);
  deepEqual(once, [...Array(steps).keys()], `steps are run in order, but were ${ran.join(", ")}`);
  ok(
    ran.length <= steps + interruptions,
    `only what was interrupted runs again: ${ran.join(", ")}`,
  );
}

/** Fails unless what a process had saved was run once. */
export function savedRanOnce({ ran }: Pick<Story, "ran">, { put }: Process): void {
  const saved = put.filter(({ type }) => type === "save").length;
  for (let index = 0; index < saved; index += 1) {
    equal(ran.filter((each) => each === index).length, 1, `step ${index}, being saved, ran once`);
  }
}
