import { crc32 } from "node:zlib";
import { createExecutor, defineLoop, defineRun, systemRuntime } from "@executus/core";
import type { Executor } from "@executus/core";
import { describe, expect, test } from "vitest";
import { settle } from "../support/clock.ts";
import { at, between, carrying, controlled, damaged, holding } from "../support/damage.ts";
import type { Damage, KeptRecord, Records } from "../support/damage.ts";
import { testLogger } from "../support/logger.ts";
import { rejection, untilAborted } from "../support/promises.ts";
import { places } from "../support/stores.ts";
import type { Place } from "../support/stores.ts";

/** Four turns; the fourth waits. Its journal: begin, three saves, release. */
const talk = defineLoop<string, unknown>("talk", {
  version: "1",
  turn: ({ turn, signal, attempt }) =>
    turn === 4 && attempt === 1 ? untilAborted(signal) : { append: [turn], done: turn === 4 },
});
/** The same in phases. */
const work = defineRun<string>("work", { version: "1" })
  .phase("a", () => "a")
  .phase("b", () => "b")
  .phase("c", () => "c")
  .phase("d", ({ signal, attempt }) => (attempt === 1 ? untilAborted(signal) : "d"));

/** To which what has just ended is old enough to be pruned. */
const later = { ...systemRuntime, now: () => systemRuntime.now() + 60_000 };

interface Case {
  readonly what: string;
  readonly damage: Damage;
  /** Which slot is named. */
  readonly slot: number;
  /** What else the message says. */
  readonly says?: string;
  readonly code?: "EXECUTUS_UNSUPPORTED_FORMAT";
  /** Of which run. @default both */
  readonly of?: "talk" | "work";
}

const data = (change: (record: KeptRecord) => string | Uint8Array) => (record: KeptRecord) =>
  holding(record, change(record));
const first = (records: Records): KeptRecord => records[0] as KeptRecord;
const third = (records: Records): KeptRecord => records[2] as KeptRecord;

const cases: readonly Case[] = [
  // Missing
  { what: "that lacks its first record", damage: (all) => all.slice(1), slot: 1 },
  { what: "with a hole", damage: (all) => all.toSpliced(2, 1), slot: 3 },
  {
    what: "with a record out of place",
    damage: (all) => [...all.slice(0, 2), ...all.slice(3, 4), ...all.slice(2, 3), ...all.slice(4)],
    slot: 3,
  },
  // Damaged
  {
    what: "with a record of another checksum",
    damage: at(3, (it) => ({ ...it, checksum: 1 })),
    slot: 3,
  },
  {
    what: "with a letter changed",
    damage: at(3, (it) => ({ ...it, data: `${String(it.data).slice(0, -1)} ` })),
    slot: 3,
  },
  {
    what: "with a record cut short",
    damage: at(3, (it) => ({ ...it, data: it.data.slice(0, -1) })),
    slot: 3,
  },
  {
    what: "with a record of no data",
    damage: at(
      3,
      data(() => ""),
    ),
    slot: 3,
  },
  {
    what: "with a record that is no control line",
    damage: at(
      3,
      data(() => "hello\n{}"),
    ),
    slot: 3,
  },
  {
    what: "whose control line is null",
    damage: at(
      3,
      data(() => "null\n{}"),
    ),
    slot: 3,
  },
  {
    what: "whose control line is a list",
    damage: at(
      3,
      data(() => "[1]\n{}"),
    ),
    slot: 3,
  },
  { what: "whose payload is no JSON", damage: at(3, (it) => carrying(it, "{")), slot: 3 },
  { what: "whose payload is a number", damage: at(3, (it) => carrying(it, "5")), slot: 3 },
  {
    what: "whose messages are none",
    damage: at(3, (it) => carrying(it, '{"messages":5}')),
    slot: 3,
    says: "does not hold what its type says",
  },
  {
    what: "whose messages are an object",
    damage: at(3, (it) => carrying(it, '{"messages":{"length":1}}')),
    slot: 3,
  },
  { what: "whose turns are text", damage: at(3, (it) => carrying(it, '{"turns":"2"}')), slot: 3 },
  {
    what: "whose turns are less than before",
    damage: at(4, (it) => carrying(it, '{"turns":1}')),
    slot: 4,
    of: "talk",
  },
  {
    what: "whose turns are half of one",
    damage: at(3, (it) => carrying(it, '{"turns":2.5}')),
    slot: 3,
    of: "talk",
  },
  {
    what: "whose turns are no number",
    damage: at(3, (it) => carrying(it, '{"turns":{"$executus":"number","value":"NaN"}}')),
    slot: 3,
  },
  {
    what: "whose outputs are null",
    damage: at(3, (it) => carrying(it, '{"outputs":[null]}')),
    slot: 3,
  },
  {
    what: "whose outputs have no name",
    damage: at(3, (it) => carrying(it, '{"outputs":[{"index":1,"output":1}]}')),
    slot: 3,
  },
  {
    what: "whose outputs are of another position",
    damage: at(3, (it) => carrying(it, '{"outputs":[{"name":"b","index":7,"output":1}]}')),
    slot: 3,
  },
  {
    what: "with bytes in place of text",
    damage: at(
      3,
      data((it) => Buffer.from(String(it.data))),
    ),
    slot: 3,
  },
  { what: "that has lost its chunks", damage: at(3, (it) => ({ ...it, chunks: 2 })), slot: 3 },
  {
    what: "with an endless number of chunks",
    damage: at(3, (it) => ({ ...it, chunks: Infinity })),
    slot: 3,
  },
  {
    what: "whose begin has no definition",
    damage: at(1, (it) => controlled(it, { definition: 5 })),
    slot: 1,
  },
  {
    what: "whose begin has a deadline that is none",
    damage: at(1, (it) => controlled(it, { deadline: "soon" })),
    slot: 1,
  },
  {
    what: "whose begin has a time limit that is none",
    damage: at(1, (it) => controlled(it, { timeoutMs: "soon" })),
    slot: 1,
  },
  {
    what: "whose begin is a save",
    damage: at(1, (it) => ({ ...it, type: "save" })),
    slot: 1,
    says: "is not the beginning of a run",
  },
  // Of another format
  {
    what: "of a newer format",
    damage: at(3, (it) => controlled(it, { v: 2 })),
    slot: 3,
    code: "EXECUTUS_UNSUPPORTED_FORMAT",
  },
  {
    what: "of another codec",
    damage: at(3, (it) => controlled(it, { codec: "cbor" })),
    slot: 3,
    code: "EXECUTUS_UNSUPPORTED_FORMAT",
  },
  {
    what: "with a record of a type of its own",
    damage: at(3, (it) => ({ ...it, type: "sleep" })),
    slot: 3,
    code: "EXECUTUS_UNSUPPORTED_FORMAT",
  },
  {
    what: "with a kind of value of its own",
    damage: at(3, (it) => carrying(it, '{"turns":{"$executus":"Temporal"}}')),
    slot: 3,
    code: "EXECUTUS_UNSUPPORTED_FORMAT",
  },
  // Duplicated
  {
    what: "with a record twice",
    damage: between(4, third),
    slot: 4,
    says: "does not go on where those before it end",
  },
  { what: "with a record again, later", damage: between(5, third), slot: 5 },
  { what: "that begins twice", damage: between(2, first), slot: 2 },
  // Foreign
  {
    what: "with a save of another journal that would fit",
    damage: at(3, (it) => {
      const text = String(it.data);
      return { ...it, nonce: "foreign", checksum: crc32(text, crc32("another")) };
    }),
    slot: 3,
    says: "does not match its checksum",
  },
  {
    what: "with a beginning in the middle",
    damage: between(3, (all) => ({ ...first(all), nonce: "foreign" })),
    slot: 3,
    says: "cannot stand here",
  },
  {
    what: "with a save of a later owner",
    damage: at(3, (it) => ({ ...it, generation: 2 })),
    slot: 3,
    says: "is of another owner",
  },
  {
    what: "with a save of an earlier owner",
    damage: at(3, (it) => ({ ...it, generation: 0 })),
    slot: 3,
  },
  {
    what: "with a claim of no new generation",
    damage: between(3, (all) => claim(all, 1)),
    slot: 3,
  },
  {
    what: "with a claim that skips a generation",
    damage: between(3, (all) => claim(all, 3)),
    slot: 3,
  },
  {
    what: "that goes on after an end",
    damage: between(3, (all) => foreign(all, "complete")),
    slot: 4,
    says: "follows the end of the run",
  },
  {
    what: "that goes on after a failure",
    damage: between(3, (all) => foreign(all, "fail")),
    slot: 4,
    says: "follows the end of the run",
  },
  {
    what: "that is opened again without an end",
    damage: between(3, (all) => ({ ...foreign(all, "reopen"), generation: 2 })),
    slot: 3,
    says: "opens a run again that has not failed",
  },
  // The last record, which every look at a run begins with
  {
    what: "whose last record has no type",
    damage: at(5, (it) => ({ ...it, type: undefined })),
    slot: 5,
  },
  {
    what: "whose last record has no data",
    damage: at(5, (it) => ({ ...it, data: null })),
    slot: 5,
  },
  {
    what: "whose last record has no generation",
    damage: at(5, (it) => ({ ...it, generation: "1" })),
    slot: 5,
  },
  {
    what: "whose last record is no JSON",
    damage: at(
      5,
      data(() => "hello"),
    ),
    slot: 5,
  },
  {
    what: "whose last record is an end without a control line",
    damage: at(5, (it) => ({ ...holding(it, "hello"), type: "fail" })),
    slot: 5,
  },
  // What is no record at all
  {
    what: "with a record of no type",
    damage: at(3, (it) => ({ ...it, type: undefined })),
    slot: 3,
  },
  { what: "with a record of no nonce", damage: at(3, (it) => ({ ...it, nonce: null })), slot: 3 },
  { what: "with a record of no time", damage: at(3, (it) => ({ ...it, at: "now" })), slot: 3 },
  {
    what: "with a record of no generation",
    damage: at(3, (it) => ({ ...it, generation: Number.NaN })),
    slot: 3,
  },
  {
    what: "with a record of no data at all",
    damage: at(3, (it) => ({ ...it, data: undefined })),
    slot: 3,
  },
  { what: "whose data are a number", damage: at(3, (it) => ({ ...it, data: 5 })), slot: 3 },
  {
    what: "with a record of no checksum",
    damage: at(3, (it) => ({ ...it, checksum: undefined })),
    slot: 3,
  },
];

function foreign(all: Records, type: string): KeptRecord {
  return holding({ ...third(all), type, nonce: `foreign-${type}` }, '{"v":1,"codec":""}\n');
}

function claim(all: Records, generation: number): KeptRecord {
  return controlled({ ...foreign(all, "claim"), generation }, { owner: "x", leaseMs: 1, seen: 1 });
}

/** A run of each kind that was released, one beside them, and an executor that meets one of them damaged. */
async function world(place: Place, victim: "talk" | "work", damage: Damage) {
  const before = createExecutor({ store: place.open(), logger: testLogger() });
  for (const id of ["talk", "other"]) void before.run(talk, { id, input: id }).catch(() => {});
  void before.run(work, { id: "work", input: "work" }).catch(() => {});
  await settle();
  await before.shutdown({ graceMs: 0 });
  const store = place.open();
  await store.open();
  const incarnation = (await store.getRun(victim))?.incarnation ?? "";
  const executor = createExecutor({
    store: damaged(store, incarnation, damage),
    definitions: [talk, work],
    logger: testLogger(),
  });
  return { executor, store, incarnation };
}

const events = async (executor: Executor, id: string): Promise<unknown[]> => {
  const handle = await executor.attach(id);
  return Array.fromAsync(handle.events());
};

for (const open of places) {
  for (const victim of ["talk", "work"] as const) {
    const apt = cases.filter(({ of: only = victim }) => only === victim);
    describe(`a journal of the kind "${victim}", on ${open().name},`, () => {
      test.each(apt)(
        "$what, is named with run and slot, and left as it is",
        async ({ damage, slot, says = "", code = "EXECUTUS_CORRUPT_RECORD" }) => {
          using place = open();
          const { executor, store, incarnation } = await world(place, victim, damage);
          await using stack = new AsyncDisposableStack();
          stack.use(executor);
          const before = await Array.fromAsync(store.readJournal(incarnation, { fromSeq: 1 }));
          const expected = {
            code,
            runId: victim,
            message: expect.stringContaining(`Record ${slot} of run "${victim}" ${says}`),
          };
          const definition = victim === "talk" ? talk : work;

          expect(await rejection(executor.get(victim))).toMatchObject(expected);
          expect(
            await rejection(executor.run(definition, { id: victim, input: victim })),
          ).toMatchObject(expected);
          expect(
            await rejection(executor.attach(victim).then((handle) => handle.result())),
          ).toMatchObject(expected);
          expect(await rejection(events(executor, victim))).toMatchObject(expected);
          const report = await executor.recover();
          expect(report.skipped).toMatchObject([{ id: victim, reason: code, error: expected }]);
          expect(report.resumed.toSorted()).toEqual(
            ["other", "talk", "work"].filter((id) => id !== victim),
          );

          await executor.idle();
          expect((await executor.list()).runs.map(({ id }) => id).toSorted()).toEqual([
            "other",
            "talk",
            "work",
          ]);
          expect(await executor.get("other")).toMatchObject({ status: "completed", turns: 4 });
          const pruner = createExecutor({
            store,
            logger: testLogger(),
            keepStore: true,
            runtime: later,
          });
          expect(await pruner.prune({ olderThanMs: 1_000 })).toBe(2);
          expect(await Array.fromAsync(store.readJournal(incarnation, { fromSeq: 1 }))).toEqual(
            before,
          );
          expect(await store.getRun(victim)).toMatchObject({ status: "active", incarnation });
        },
      );
    });
  }
}

test.each(places.map((open) => ({ name: open().name, open })))(
  "a damaged journal of a run that has ended can be deleted and pruned, on $name",
  async ({ open }) => {
    using place = open();
    const executor = createExecutor({ store: place.open(), logger: testLogger() });
    const quick = defineRun("quick", { version: "1" })
      .phase("a", () => 1)
      .phase("b", () => 2);
    await executor.run(quick, { id: "first" });
    await executor.run(quick, { id: "second" });
    const store = place.open();
    await store.open();
    for (const [id, remove] of [
      ["first", (it: Executor) => it.delete("first")],
      ["second", (it: Executor) => it.prune({ olderThanMs: 1_000 })],
    ] as const) {
      const { incarnation = "" } = (await store.getRun(id)) ?? {};
      const broken = damaged(store, incarnation, (all) => all.toSpliced(1, 1));
      const cleaner = createExecutor({
        store: broken,
        logger: testLogger(),
        keepStore: true,
        runtime: later,
      });

      expect(await rejection(cleaner.get(id))).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD" });
      expect(await rejection(cleaner.run(quick, { id }))).toMatchObject({
        code: "EXECUTUS_CORRUPT_RECORD",
      });
      expect(Number(await remove(cleaner))).toBe(1);
      expect(await store.getRun(id)).toBeUndefined();
    }
    await executor[Symbol.asyncDispose]();
  },
);

describe.each(places.map((open) => ({ name: open().name, open })))(
  "a damaged journal of a run that nobody drives, on $name,",
  ({ open }) => {
    test.each<Pick<Case, "what" | "damage">>([
      { what: "that lacks its first record", damage: (all) => all.slice(1) },
      { what: "with a hole", damage: (all) => all.filter(({ seq }) => seq !== 3) },
      { what: "with a wrong checksum", damage: at(3, (it) => ({ ...it, checksum: 1 })) },
      {
        what: "with a save of a later owner",
        damage: at(3, (it) => ({ ...it, generation: 2 })),
      },
      { what: "whose last record is no JSON", damage: at(5, (it) => holding(it, "hello")) },
    ])("$what, ends when it is cancelled, and can then be deleted", async ({ damage }) => {
      using place = open();
      const { executor, store, incarnation } = await world(place, "talk", damage);
      await using stack = new AsyncDisposableStack();
      stack.use(executor);

      expect(await rejection(executor.delete("talk"))).toMatchObject({
        code: "EXECUTUS_RUN_ACTIVE",
      });
      expect(await executor.cancel("talk")).toBe(true);
      expect(await store.getRun("talk")).toMatchObject({
        status: "failed",
        code: "EXECUTUS_CANCELLED",
      });
      expect(await rejection(executor.get("talk"))).toMatchObject({
        code: "EXECUTUS_CORRUPT_RECORD",
      });
      expect(await executor.delete("talk")).toBe(true);
      expect(await store.getRun("talk")).toBeUndefined();
      expect(await store.lastRecord(incarnation)).toBeUndefined();
    });

    test("is opened again by a retry, and is still damaged", async () => {
      using place = open();
      const hole: Damage = (all) => all.filter(({ seq }) => seq !== 3);
      const { executor, store } = await world(place, "talk", hole);
      await using stack = new AsyncDisposableStack();
      stack.use(executor);
      await executor.cancel("talk");

      const handle = await executor.retry("talk");
      expect(await rejection(handle.result())).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD" });
      expect(await store.getRun("talk")).toMatchObject({ status: "active" });
      expect(await executor.cancel("talk")).toBe(true);
      expect(await executor.delete("talk")).toBe(true);
    });

    test("of a newer format, waits for a process that can read it", async () => {
      using place = open();
      const newer = at(3, (it) => controlled(it, { v: 2 }));
      const { executor, store } = await world(place, "talk", newer);
      await using stack = new AsyncDisposableStack();
      stack.use(executor);

      expect(await executor.cancel("talk")).toBe(true);
      expect(await store.getRun("talk")).toMatchObject({ status: "active" });
    });

    test.each<Pick<Case, "what" | "damage">>([
      {
        what: "of another kind",
        damage: at(6, (it) => controlled(it, { kind: "pause" })),
      },
      { what: "that is damaged as well", damage: at(6, (it) => ({ ...it, checksum: 1 })) },
      {
        what: "of another type",
        damage: at(6, (it) => ({ ...it, type: "save" })),
      },
    ])("is not ended for a request $what", async ({ damage }) => {
      using place = open();
      const hole: Damage = (all) => damage(all.filter(({ seq }) => seq !== 3));
      const { executor, store } = await world(place, "talk", hole);
      await using stack = new AsyncDisposableStack();
      stack.use(executor);

      expect(await executor.cancel("talk")).toBe(true);

      expect(await store.getRun("talk")).toMatchObject({ status: "active" });
      const { skipped } = await executor.recover();
      expect(skipped).toMatchObject([{ id: "talk", reason: "EXECUTUS_CORRUPT_RECORD" }]);
    });

    test("is not asked for a cancellation after a record without a generation", async () => {
      using place = open();
      const { executor, store, incarnation } = await world(
        place,
        "talk",
        at(5, (it) => ({ ...it, generation: "one" })),
      );
      await using stack = new AsyncDisposableStack();
      stack.use(executor);

      expect(await rejection(executor.cancel("talk"))).toMatchObject({
        code: "EXECUTUS_CORRUPT_RECORD",
      });
      expect((await store.lastRecord(incarnation))?.type).toBe("release");
    });

    test("is not ended while somebody drives it", async () => {
      using place = open();
      const wait = createExecutor({ store: place.open(), logger: testLogger() });
      await using stack = new AsyncDisposableStack();
      const handle = await wait.start(talk, { id: "talk", input: "talk" });
      void handle.result().catch(() => {});
      await settle();
      const store = place.open();
      await store.open();
      const { incarnation = "" } = (await store.getRun("talk")) ?? {};
      const hole: Damage = (all) => all.filter(({ seq }) => seq !== 2);
      const other = createExecutor({
        store: damaged(store, incarnation, hole),
        definitions: [talk],
        logger: testLogger(),
      });
      stack.use(other);

      expect(await other.cancel("talk")).toBe(true);
      expect(await store.getRun("talk")).toMatchObject({ status: "active" });
      expect((await store.lastRecord(incarnation))?.type).toBe("request");
      await wait.shutdown({ graceMs: 0 });
    });
  },
);
