import { createExecutor } from "@executus/core";
import { describe, expect, test } from "vitest";
import { testLogger } from "../support/logger.ts";
import { requestSwallowed } from "../support/network-faults.ts";
import { hastyClients, ownClients } from "../support/networks.ts";
import { rejection, untilAborted } from "../support/promises.ts";
import { recordOf } from "../support/rows.ts";
import { journalOf, typesOf } from "../support/stores.ts";
import { threePhases, usurping } from "../support/takeovers.ts";

const short = {
  callTimeoutMs: 300,
  beginTimeoutMs: 3000,
  saveTimeoutMs: 1000,
  finaliseTimeoutMs: 1000,
};

for (const driver of ownClients) {
  describe(`when the network falls silent, on ${driver.name}`, () => {
    test("a run goes on within its time limits, and what was acknowledged is there afterwards", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const logger = testLogger();
      const executor = createExecutor({ store: await network.reach(), logger, ...short });
      const { definition } = threePhases((attempt) => {
        if (attempt === 1) network.proxy.goSilent();
      });

      expect(await executor.run(definition, { id: "a" })).toBe("one/1 two/1 three/1");

      expect(logger.warnings().length).toBeGreaterThanOrEqual(2);
      expect(await typesOf(network.direct, "a")).toEqual(["begin", "save"]);
      const next = createExecutor({ store: network.direct, keepStore: true, runtime: usurping });
      expect(await next.run(definition, { id: "a" })).toBe("one/1 two/2 three/2");
    });

    test("calls for runs reject with STORE_UNAVAILABLE, and work again when it is over", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const store = await network.reach();
      const executor = createExecutor({ store, keepStore: true, logger: testLogger(), ...short });
      const { definition } = threePhases();
      const unavailable = { code: "EXECUTUS_STORE_UNAVAILABLE", retryable: true };
      network.proxy.goSilent();

      const calls = [
        executor.run(definition, { id: "a" }),
        executor.start(definition, { id: "b" }),
        executor.get("a"),
        executor.list(),
        executor.recover(),
        executor.cancel("a"),
        executor.delete("a"),
      ];
      for (const error of await Promise.all(calls.map(rejection))) {
        expect(error).toMatchObject(unavailable);
      }

      network.proxy.heal();
      expect(await executor.run(definition, { id: "a" })).toBe("one/1 two/1 three/1");
      expect(await executor.get("a")).toMatchObject({ status: "completed" });
    });

    test("for longer than a lease, an owner stops, another takes over, and nothing of the first comes after", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const store = await network.reach();
      const cutOff = createExecutor({ store, logger: testLogger(), leaseMs: 1500 });
      const { definition } = threePhases((attempt, signal) => {
        if (attempt > 1) return undefined;
        network.proxy.goSilent();
        return untilAborted(signal);
      });
      const running = cutOff.run(definition, { id: "a" });
      const lost = rejection(running);
      const other = createExecutor({ store: network.direct, keepStore: true, pollMs: 50 });

      expect(await lost).toMatchObject({ code: "EXECUTUS_FENCED" });
      expect(await other.run(definition, { id: "a" })).toBe("one/1 two/2 three/2");
      const before = await journalOf(network.direct, "a");
      const row = await network.direct.getRun("a");
      network.proxy.heal();

      expect(await cutOff.run(definition, { id: "a" })).toBe("one/1 two/2 three/2");
      expect(await journalOf(network.direct, "a")).toEqual(before);
      expect(await network.direct.getRun("a")).toEqual(row);
    });
  });
}

for (const driver of hastyClients) {
  test(`a call that is not answered within the time limit of ${driver.name} is STORE_UNAVAILABLE`, async ({
    skip,
  }) => {
    await using network = await driver.network(skip);
    const store = await network.reach();

    const error = await network.proxy.under(requestSwallowed, {}, () =>
      rejection(store.append("journal", recordOf(1))),
    );

    expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", retryable: true });
    expect(await store.append("journal", recordOf(1))).toBe(true);
  });
}
