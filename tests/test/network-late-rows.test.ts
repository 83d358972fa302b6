import { defineRun } from "@executus/core";
import { describe, expect, test } from "vitest";
import { heldUntil } from "../support/network-faults.ts";
import { ownClients } from "../support/networks.ts";
import { gate, rejection, untilAborted } from "../support/promises.ts";
import { journalOf } from "../support/stores.ts";
import { executors, requestsOf, threePhases } from "../support/takeovers.ts";

for (const driver of ownClients) {
  describe(`on ${driver.name}`, () => {
    test("the end of a run arrives in no row of a later run of its id", async ({ skip }) => {
      await using network = await driver.network(skip);
      const [first, second] = await executors(network);
      const { definition } = threePhases();
      const held = gate();

      await network.proxy.under(
        heldUntil(held),
        { at: requestsOf.rowUpdated },
        async ({ met, struck }) => {
          const running = first.run(definition, { id: "a" });
          running.catch(() => {});
          await met;
          // Its end is recorded, and whoever looks tells the row.
          expect(await second.get("a")).toMatchObject({ status: "completed" });
          expect(await second.delete("a")).toBe(true);
          const later = await second.start(waits, { id: "a" });
          const before = await network.direct.getRun("a");
          held.open();
          await struck;

          expect(await network.direct.getRun("a")).toEqual(before);
          expect(await rejection(running)).toMatchObject({ code: "EXECUTUS_FENCED" });
          await later.cancel();
          await rejection(later.result());
        },
      );
    });

    test("a row that is inserted after its begin was given up is a run, and is run once", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const [first, second] = await executors(network, { beginTimeoutMs: 1000 });
      const { definition, ran } = threePhases();
      const held = gate();

      await network.proxy.under(
        heldUntil(held),
        { at: requestsOf.rowInserted },
        async ({ struck }) => {
          const error = await rejection(first.run(definition, { id: "a" }));
          expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", uncertain: true });
          expect(await second.get("a")).toBeUndefined();
          held.open();
          await struck;
        },
      );
      expect(await second.run(definition, { id: "a" })).toBe("one/2 two/2 three/2");
      expect(ran).toEqual(["one/2", "two/2", "three/2"]);
    });

    test("a row that is inserted after its run was begun, ended and deleted is no run", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const [first, second] = await executors(network, { callTimeoutMs: 200 });
      const { definition, ran } = threePhases();
      const held = gate();

      await network.proxy.under(
        heldUntil(held),
        { at: requestsOf.rowInserted },
        async ({ struck }) => {
          expect(await first.run(definition, { id: "a" })).toBe("one/1 two/1 three/1");
          expect(await second.delete("a")).toBe(true);
          held.open();
          await struck;
        },
      );
      expect(await network.direct.getRun("a")).toMatchObject({ status: "active" });
      expect((await second.recover()).resumed).toEqual([]);
      expect(await second.get("a")).toBeUndefined();
      expect(await network.direct.getRun("a")).toBeUndefined();
      expect(ran).toEqual(["one/1", "two/1", "three/1"]);
    });

    test("a deletion that arrives when another has finished it leaves a later run of its id alone", async ({
      skip,
    }) => {
      await using network = await driver.network(skip);
      const [first, second] = await executors(network);
      const { definition } = threePhases();
      await first.run(definition, { id: "a" });
      const held = gate();

      await network.proxy.under(
        heldUntil(held),
        { at: requestsOf.rowDeleted },
        async ({ met, struck }) => {
          const deleting = first.delete("a");
          await met;
          expect(await second.run(definition, { id: "a" })).toBe("one/1 two/1 three/1");
          const before = await journalOf(network.direct, "a");
          held.open();
          await struck;

          expect(await deleting).toBe(true);
          expect(await journalOf(network.direct, "a")).toEqual(before);
        },
      );
    });
  });
}

const waits = defineRun("steps", { version: "1" }).phase("wait", ({ signal }) =>
  untilAborted(signal),
);
