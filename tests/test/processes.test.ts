import { existsSync, readFileSync, watch } from "node:fs";
import { dirname, join } from "node:path";
import { createExecutor } from "@executus/core";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../support/folders.ts";
import { startWorker } from "../support/processes.ts";
import { sharedPlaces } from "../support/shared-places.ts";
import { journalOf, sqlitePlace, typesOf } from "../support/stores.ts";
import type { SharedPlace } from "../support/stores.ts";

/** Lines of a log, once it has one that is wanted. */
async function logHas(file: string, line: string): Promise<void> {
  const has = (): boolean =>
    existsSync(file) && readFileSync(file, "utf8").split("\n").includes(line);
  if (has()) return;
  const watching = watch(dirname(file));
  const seen = new Promise<void>((resolve) => {
    watching.on("change", () => {
      if (has()) resolve();
    });
  });
  if (!has()) await seen;
  watching.close();
}

const linesOf = (file: string): string[] => readFileSync(file, "utf8").trim().split("\n");

function setUp(place: SharedPlace = sqlitePlace()) {
  const log = join(freshFolder(), "log.txt");
  const runs = (hangIn: number) => [{ id: "a", input: { log, hangIn } }];
  return { place, store: place.address, log, runs };
}

const longLease = 600_000;

describe("a process killed with SIGKILL", () => {
  test("and started again on the same machine resumes at once, whatever the lease", async () => {
    using stage = useful(setUp());
    const { store, runs, log } = stage;
    await using first = startWorker({ store, leaseMs: longLease, runs: runs(1) });
    await logHas(log, "two/1");
    await first.kill("SIGKILL");

    await using second = startWorker({ store, leaseMs: longLease, runs: runs(1) });

    expect(await second.ended()).toEqual([{ id: "a", output: "one/1 two/2 three/2" }]);
    expect(linesOf(log)).toEqual(["one/1", "two/1", "two/2", "three/2"]);
  });

  test("on another machine is taken over within its lease", async () => {
    using stage = useful(setUp());
    const { store, runs, log } = stage;
    const leaseMs = 400;
    await using first = startWorker({ store, leaseMs, runs: runs(1), otherMachine: true });
    await logHas(log, "two/1");
    await first.kill("SIGKILL");

    await using second = startWorker({ store, leaseMs, runs: runs(1) });

    expect(await second.ended()).toEqual([{ id: "a", output: "one/1 two/2 three/2" }]);
  });
});

// Windows has no SIGSTOP.
describe.skipIf(process.platform === "win32")("a zombie owner", () => {
  for (const { name, open } of sharedPlaces) {
    test(`stopped past its lease and continued writes nothing, gets FENCED, and its signal is aborted, on ${name}`, async ({
      skip,
    }) => {
      using stage = useful(setUp(open(skip)));
      const { store, runs, log, place } = stage;
      const leaseMs = 1500;
      await using first = startWorker({ store, leaseMs, runs: runs(1) });
      await logHas(log, "two/1");
      await first.kill("SIGSTOP");
      await using second = startWorker({ store, leaseMs, runs: runs(1) });
      expect(await second.ended()).toEqual([{ id: "a", output: "one/1 two/2 three/2" }]);
      await using looking = place.open();
      await looking.open();
      const before = await journalOf(looking, "a");

      await first.kill("SIGCONT");

      expect(await first.ended()).toEqual([{ id: "a", code: "EXECUTUS_FENCED" }]);
      expect(linesOf(log)).toContain("aborted/1");
      expect(await journalOf(looking, "a")).toEqual(before);
    });
  }
});

describe("two processes with one id", () => {
  test("one works, the other waits for its result and takes over when the first dies", async () => {
    using stage = useful(setUp());
    const { store, runs, log, place } = stage;
    await using first = startWorker({ store, leaseMs: longLease, runs: runs(1) });
    await logHas(log, "two/1");
    await using second = startWorker({ store, leaseMs: longLease, runs: runs(1) });
    await using third = startWorker({
      store,
      leaseMs: longLease,
      runs: runs(1),
      ifActive: "reject",
    });

    expect(await third.ended()).toEqual([{ id: "a", code: "EXECUTUS_RUN_ACTIVE" }]);
    expect(linesOf(log)).toEqual(["one/1", "two/1"]);
    await first.kill("SIGKILL");

    expect(await second.ended()).toEqual([{ id: "a", output: "one/1 two/2 three/2" }]);
    await using looking = place.open();
    await looking.open();
    expect(await typesOf(looking, "a")).toEqual(["begin", "save", "claim", "save", "complete"]);
  });
});

describe("fifty runs", () => {
  for (const { name, open } of sharedPlaces) {
    test(`recovered by two processes, one of them killed, each end once, on ${name}`, async ({
      skip,
    }) => {
      using stage = useful(setUp(open(skip)));
      const { store, log, place } = stage;
      const ids = Array.from({ length: 50 }, (_, i) => `run ${i}`);
      const runs = ids.map((id, i) => ({ id, input: { log: `${log}.${i}`, hangIn: 1 } }));
      await using first = startWorker({ store, leaseMs: longLease, runs });
      await Promise.all(ids.map((_, i) => logHas(`${log}.${i}`, "two/1")));
      await first.kill("SIGKILL");

      // What a process took that died is seen by the others once per lease.
      await using second = startWorker({ store, leaseMs: 2000, sweepUntilDone: true });
      await using third = startWorker({ store, leaseMs: 2000, sweepUntilDone: true });
      await second.next();
      await second.kill("SIGKILL");
      await third.ended();

      const looking = place.open();
      await using executor = createExecutor({ store: looking });
      for (const [i, id] of ids.entries()) {
        const run = await executor.get(id);
        const attempt = run?.attempt ?? 0;
        expect(run).toMatchObject({
          status: "completed",
          completedPhases: ["one", "two", "three"],
        });
        expect(run?.output).toMatch(/^one\/1 two\/\d three\/\d$/);
        const types = await typesOf(looking, id);
        expect(types.filter((type) => type === "complete")).toHaveLength(1);
        expect(types.filter((type) => type === "save")).toHaveLength(2);
        expect(linesOf(`${log}.${i}`).filter((line) => line.startsWith("one/"))).toEqual(["one/1"]);
        expect(attempt).toBeGreaterThan(1);
      }
    });
  }
});

/** Removes the place of a stage when it is over. */
function useful<T extends { readonly place: Disposable }>(stage: T): T & Disposable {
  return { ...stage, [Symbol.dispose]: () => stage.place[Symbol.dispose]() };
}
