import { createExecutor } from "@executus/core";
import { describe, expect, test } from "vitest";
import { answerHeld, heldUntil, lostWhen } from "../support/network-faults.ts";
import { ownClients } from "../support/networks.ts";
import type { Network } from "../support/networks.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { journalOf, typesOf } from "../support/stores.ts";
import { executors, requestsOf, threePhases } from "../support/takeovers.ts";
import type { Steps } from "../support/takeovers.ts";

for (const driver of ownClients) {
  describe(`on ${driver.name}`, () => {
    test("a save that is on its way while another takes the run over is refused, and its owner fenced", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const [zombie, usurper] = await executors(network);
      const { definition } = threePhases();
      const held = gate();

      await network.proxy.under(heldUntil(held), { at: requestsOf.save }, async ({ met }) => {
        const running = zombie.run(definition, { id: "a" });
        running.catch(() => {});
        await met;
        expect(await usurper.run(definition, { id: "a" })).toBe("one/2 two/2 three/2");
        const before = await journalOf(network.direct, "a");
        held.open();

        expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
        expect(await journalOf(network.direct, "a")).toEqual(before);
      });
      expect(await typesOf(network.direct, "a")).toEqual([
        "begin",
        "claim",
        "save",
        "save",
        "complete",
      ]);
    });

    test("a save that was lost is refused when it is sent again, because another took its slot meanwhile", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const [zombie, usurper] = await executors(network);
      const { definition } = threePhases();
      const taken = gate();

      await network.proxy.under(lostWhen(taken), { at: requestsOf.save }, async ({ met }) => {
        const running = zombie.run(definition, { id: "a" });
        running.catch(() => {});
        await met;
        expect(await usurper.run(definition, { id: "a" })).toBe("one/2 two/2 three/2");
        taken.open();

        expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
      });
      expect(await typesOf(network.direct, "a")).toEqual([
        "begin",
        "claim",
        "save",
        "save",
        "complete",
      ]);
    });

    test("a save that was applied is what the next owner goes on from, though its own owner never heard", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const [zombie, usurper] = await executors(network);
      const { definition, ran } = threePhases();
      const [applied, held] = [gate(), gate()];

      await network.proxy.under(answerHeld(applied, held), { at: requestsOf.save }, async () => {
        const running = zombie.run(definition, { id: "a" });
        running.catch(() => {});
        await applied.opened;
        expect(await usurper.run(definition, { id: "a" })).toBe("one/1 two/2 three/2");
        held.open();

        expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
      });
      expect(ran.filter((phase) => phase.startsWith("one"))).toEqual(["one/1"]);
      expect(await typesOf(network.direct, "a")).toEqual([
        "begin",
        "save",
        "claim",
        "save",
        "complete",
      ]);
    });

    test("a heartbeat that arrives when another owner drives the run does not hold it", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const [zombie, usurper] = await executors(network, { leaseMs: 1500 });
      const [held, driven, enough] = [gate(), gate(), gate()];
      const { definition } = threePhases((attempt, signal) => {
        if (attempt === 1) return untilAborted(signal);
        driven.open();
        return enough.opened;
      });
      const aim = { at: requestsOf.rowUpdated };

      await network.proxy.under(heldUntil(held), aim, async ({ met, struck }) => {
        const running = zombie.run(definition, { id: "a" });
        running.catch(() => {});
        await met;
        const taking = usurper.run(definition, { id: "a" });
        await driven.opened;
        const before = await network.direct.getRun("a");
        held.open();
        await struck;

        expect(await network.direct.getRun("a")).toEqual(before);
        expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
        enough.open();
        expect(await taking).toBe("one/1 two/2 three/2");
      });
    });

    test("a claim that is on its way while another claims is refused, and runs nothing", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const { definition, ran } = threePhases((attempt, signal) =>
        attempt === 1 ? untilAborted(signal) : undefined,
      );
      const [slow, quick] = await executors(network, { definitions: [definition] });
      await leaveInTheMiddle(network, definition);
      const held = gate();

      await network.proxy.under(heldUntil(held), { at: requestsOf.claim }, async ({ met }) => {
        const sweeping = slow.recover();
        await met;
        expect(await quick.run(definition, { id: "a" })).toBe("one/1 two/2 three/2");
        held.open();

        expect(await sweeping).toMatchObject({ resumed: [], skipped: [] });
      });
      expect(ran).toEqual(["one/1", "two/1", "two/2", "three/2"]);
      expect(await typesOf(network.direct, "a")).toEqual([
        "begin",
        "save",
        "release",
        "claim",
        "save",
        "complete",
      ]);
    });
  });
}

async function leaveInTheMiddle(network: Network, definition: Steps): Promise<void> {
  const executor = createExecutor({ store: network.direct, keepStore: true });
  const handle = await executor.start(definition, { id: "a" });
  handle.result().catch(() => {});
  for await (const event of handle.events()) {
    if (event.type === "phase-started" && event.name === "two") break;
  }
  await executor.shutdown({ graceMs: 0 });
}
