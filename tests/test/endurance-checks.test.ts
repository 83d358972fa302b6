import { createExecutor } from "@executus/core";
import { describe, expect, test } from "vitest";
import { ledger } from "../endurance/ledger.ts";
import { problemsOf, problemsOfFile } from "../endurance/checks.ts";
import { quietLogger } from "../endurance/quiet-logger.ts";
import { definitionOf } from "../endurance/work.ts";
import { journalOf, sqlitePlace } from "../support/stores.ts";

/** A run that has ended, and what is wrong with it according to a ledger. */
async function ended() {
  const place = sqlitePlace();
  const store = place.open();
  const executor = createExecutor({ store, logger: quietLogger, keepStore: true });
  await executor.run(definitionOf(1), { id: "a", input: { n: 1, upToMs: 0 } });
  const row = await store.getRun("a");
  const known = ledger();
  return {
    place,
    known,
    journal: row?.incarnation ?? "",
    records: await journalOf(store, "a"),
    problems: () => problemsOf(store, known, new Map()),
    [Symbol.asyncDispose]: async () => {
      await executor[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      place[Symbol.dispose]();
    },
  };
}

describe("the checks after a kill", () => {
  test("find nothing wrong with a run that has all that was acknowledged", async () => {
    await using run = await ended();
    const { known, journal, records, problems } = run;
    known.add([{ kind: "row", id: "a", incarnation: journal }]);
    known.add(
      records.map(({ seq, nonce, checksum }) => ({
        kind: "record",
        journal,
        seq,
        nonce,
        checksum,
      })),
    );

    expect(await problems()).toEqual([]);
    expect(problemsOfFile(run.place.database)).toEqual([]);
  });

  test("find a row, a record and an output that are missing, and a record that is another one", async () => {
    await using run = await ended();
    const { known, journal, records, problems } = run;
    const slot = { kind: "record", journal, nonce: "another", checksum: 0 } as const;
    known.add([
      { kind: "row", id: "lost", incarnation: "lost" },
      { ...slot, seq: 1 },
      { ...slot, seq: records.length + 1 },
      { kind: "output", id: "a", output: "another" },
    ]);

    expect(await problems()).toEqual([
      'The run "lost" was acknowledged, and is not there.',
      `Slot 1 of "${journal}" holds another record than was acknowledged.`,
      `Slot ${records.length + 1} of "${journal}" was acknowledged, and is empty.`,
      'The run "a" gave an output that is not there: its status is "completed".',
    ]);
  });

  test("refuse a slot that was given to two writers", () => {
    const slot = { kind: "record", journal: "j", seq: 1, checksum: 0 } as const;
    const known = ledger();

    expect(() =>
      known.add([
        { ...slot, nonce: "one" },
        { ...slot, nonce: "two" },
      ]),
    ).toThrow('Slot 1 of "j" was given away twice.');
  });
});
