import { createExecutor, defineRun } from "@executus/core";
import type { RunStore } from "@executus/core";
import { serverOrSkip, startDynamo, startMongo } from "@executus/test-servers";
import type { TestServer } from "@executus/test-servers";
import { afterAll, describe, expect, test } from "vitest";
import { testLogger } from "../support/logger.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { dynamoPlace, mongoPlace } from "../support/server-places.ts";
import { journalOf, typesOf } from "../support/stores.ts";
import type { Place } from "../support/stores.ts";
import { threePhases, usurping } from "../support/takeovers.ts";

const short = {
  callTimeoutMs: 500,
  beginTimeoutMs: 2000,
  saveTimeoutMs: 1000,
  finaliseTimeoutMs: 1000,
};

for (const { name, start, placeOn, late } of [
  {
    name: "mongo",
    start: () => startMongo(),
    placeOn: mongoPlace,
    // The driver gives up before the server comes.
    late: (url: string) => mongoPlace(`${url}?serverSelectionTimeoutMS=500`),
  },
  {
    name: "dynamo",
    start: () => startDynamo({ onDisk: true }),
    placeOn: dynamoPlace,
    late: dynamoPlace,
  },
]) {
  describe(`a server of ${name}`, () => {
    let starting: ReturnType<typeof start> | undefined;
    const started = async (skip: (reason: string) => never): Promise<[TestServer, Place]> => {
      const server = serverOrSkip(await (starting ??= start()), skip);
      return [server, placeOn(server.url)];
    };
    afterAll(async () => {
      const server = await starting;
      if (server !== undefined && "stop" in server) await server.stop();
    });

    test("that is killed and started again in the middle of runs loses and doubles nothing, and the runs go on", async ({
      skip,
    }) => {
      const [server, place] = await started(skip);
      await using executor = createExecutor({ store: place.open(), logger: testLogger() });
      const twenty = Array.from({ length: 20 }, (_, i) => `run ${i}`);
      let saved = 0;
      let restarted: Promise<void> | undefined;
      const restart = async (): Promise<void> => {
        await server.kill();
        await server.start();
      };
      const definition = defineRun<string>("five", { version: "1" })
        .phase("a", ({ input }) => input)
        .phase("b", ({ outputs }) => `${outputs.a} b`)
        .phase("c", ({ outputs }) => {
          saved += 1;
          // Some of them are saving, others have saved or are about to.
          if (saved === 10) restarted = restart();
          return `${outputs.b} c`;
        })
        .phase("d", ({ outputs }) => `${outputs.c} d`)
        .phase("e", ({ outputs }) => `${outputs.d} e`);

      const running = twenty.map((id) => executor.run(definition, { id, input: id }));

      expect(await Promise.all(running)).toEqual(twenty.map((id) => `${id} b c d e`));
      await restarted;
      await using looking = await opened(place);
      for (const id of twenty) {
        expect(await typesOf(looking, id)).toEqual([
          "begin",
          ...Array<string>(4).fill("save"),
          "complete",
        ]);
      }
    });

    test("that is killed and stays away ends runs in time, and has all that was acknowledged when it is back", async ({
      skip,
    }) => {
      const [server, place] = await started(skip);
      const logger = testLogger();
      const executor = createExecutor({ store: place.open(), logger, ...short });
      const { definition } = threePhases((attempt) => (attempt === 1 ? server.kill() : undefined));

      expect(await executor.run(definition, { id: "a" })).toBe("one/1 two/1 three/1");
      expect(logger.warnings().length).toBeGreaterThanOrEqual(2);
      expect(await rejection(executor.run(threePhases().definition, { id: "b" }))).toMatchObject({
        code: "EXECUTUS_STORE_UNAVAILABLE",
        retryable: true,
      });

      await server.start();
      await using next = createExecutor({ store: place.open(), runtime: usurping });
      expect(await next.run(definition, { id: "a" })).toBe("one/1 two/2 three/2");
      expect(await next.run(threePhases().definition, { id: "b" })).toBe("one/1 two/1 three/1");
      await using looking = await opened(place);
      expect(await typesOf(looking, "a")).toEqual(["begin", "save", "claim", "save", "complete"]);
      await executor[Symbol.asyncDispose]();
    });

    test("that is stopped past a lease and goes on lets no zombie write after another took over", async ({
      skip,
    }) => {
      const [server, place] = await started(skip);
      const stopped = gate();
      await using zombie = createExecutor({
        store: place.open(),
        logger: testLogger(),
        leaseMs: 1500,
      });
      const { definition } = threePhases(async (attempt, signal) => {
        if (attempt > 1) return;
        server.pause();
        stopped.open();
        await untilAborted(signal);
      });
      const running = zombie.run(definition, { id: "a" });
      const lost = rejection(running);
      await stopped.opened;

      expect(await lost).toMatchObject({ code: "EXECUTUS_FENCED" });
      await using other = createExecutor({
        store: place.open(),
        logger: testLogger(),
        pollMs: 50,
        callTimeoutMs: 500,
      });
      const taking = other.run(definition, { id: "a" });
      server.resume();

      expect(await taking).toBe("one/1 two/2 three/2");
      await using looking = await opened(place);
      const journal = await journalOf(looking, "a");
      expect(journal.map(({ type }) => type)).toEqual([
        "begin",
        "save",
        "claim",
        "save",
        "complete",
      ]);
      expect(journal.map(({ generation }) => generation)).toEqual([1, 1, 2, 2, 2]);
      expect(await looking.getRun("a")).toMatchObject({ status: "completed", generation: 2 });
    });

    test("that comes up after its clients is found by them", async ({ skip }) => {
      const [server] = await started(skip);
      using place = late(server.url);
      await server.kill();
      await using executor = createExecutor({
        store: place.open(),
        logger: testLogger(),
        beginTimeoutMs: 3000,
      });
      const { definition } = threePhases();
      expect(await rejection(executor.run(definition, { id: "a" }))).toMatchObject({
        code: "EXECUTUS_STORE_UNAVAILABLE",
      });

      await server.start();

      expect(await executor.run(definition, { id: "a" })).toBe("one/1 two/1 three/1");
    });
  });
}

async function opened(place: Place): Promise<RunStore> {
  const store = place.open();
  await store.open();
  return store;
}
