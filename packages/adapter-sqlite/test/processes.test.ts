import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  openStore,
  record,
  seqsOf,
  startProcess,
  temporaryFile,
  temporaryFolder,
  upTo,
} from "./fixtures.ts";

describe("several processes on one file", () => {
  test("eight that open missing files at once all succeed", async () => {
    const folder = temporaryFolder();
    const args = upTo(12).map((name) => join(folder, `${name}.sqlite`));
    const others = upTo(8).map(() =>
      startProcess(new URL("./processes/opener.ts", import.meta.url), { args }),
    );
    await Promise.all(others.map((other) => other.hear()));

    for (const other of others) other.say("start");
    const opened = await Promise.all(others.map((other) => other.hear()));

    expect(opened).toEqual(others.map(() => 12));
  });

  test("each slot that two of them want has one winner", async () => {
    const database = temporaryFile();
    const others = ["a", "b"].map((name) =>
      startProcess(new URL("./processes/writer.ts", import.meta.url), {
        args: [database, name, "200"],
      }),
    );
    await Promise.all(others.map((other) => other.hear()));

    for (const other of others) other.say("start");
    const won = await Promise.all(
      others.map(async (other) => {
        const seqs: number[] = [];
        for (
          let heard = await other.hear();
          typeof heard === "number";
          heard = await other.hear()
        ) {
          seqs.push(heard);
        }
        return seqs;
      }),
    );

    expect(won.flat().toSorted((a, b) => a - b)).toEqual(upTo(200));
    const store = await openStore({ database });
    const winners = ["a", "b"].map((name, index) => won[index]?.map((seq) => [seq, name]) ?? []);
    const found: [number, unknown][] = [];
    for await (const { seq, data } of store.readJournal("journal-1", { fromSeq: 1 })) {
      found.push([seq, data]);
    }
    expect(found).toEqual(winners.flat().toSorted(([a], [b]) => Number(a) - Number(b)));
  });

  test("what a writer was told is stored survives its SIGKILL", async () => {
    const database = temporaryFile();
    const other = startProcess(new URL("./processes/writer.ts", import.meta.url), {
      args: [database, "a", "1000000"],
    });
    await other.hear();

    other.say("start");
    let acknowledged = 0;
    while (acknowledged < 100) acknowledged = Number(await other.hear());
    other.process.kill("SIGKILL");
    await once(other.process, "exit");

    const store = await openStore({ database });
    const seqs = await seqsOf(store, "journal-1");
    expect(seqs.length).toBeGreaterThanOrEqual(acknowledged);
    expect(seqs).toEqual(upTo(seqs.length));
    expect(await store.append("journal-1", record(seqs.length + 1))).toBe(true);
  });
});
