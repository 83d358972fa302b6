import { createExecutor } from "@executus/core";
import type { JournalRecord } from "@executus/core";
import { expect, test } from "vitest";
import { testLogger } from "../support/logger.ts";
import { cutAfter } from "../support/network-faults.ts";
import { retryingClient } from "../support/networks.ts";
import { typesOf, watched } from "../support/stores.ts";
import { exchangesOf } from "../support/tcp-proxy.ts";
import { requestsOf, threePhases } from "../support/takeovers.ts";

/** Each is sent again by the driver, meets what it has done itself, and is refused. */
for (const { what, at, verb, type } of [
  { what: "a begin", at: /PutItem .*"begin"/s, verb: "append", type: "begin" },
  { what: "a save", at: requestsOf.save, verb: "append", type: "save" },
  { what: "an end", at: /PutItem .*"complete"/s, verb: "append", type: "complete" },
  { what: "the insertion of a row", at: requestsOf.rowInserted, verb: "insertRun" },
  { what: "the end of a row", at: requestsOf.rowUpdated, verb: "updateRun" },
]) {
  test(`${what} that the driver sends twice by itself is recognised as the run's own, without a call more`, async ({
    skip,
  }) => {
    await using network = await retryingClient.network(skip);
    const clean = watched(await network.reach());
    const struck = watched(await network.reach());
    const { definition } = threePhases();
    const run = (store: typeof clean, id: string): Promise<string> =>
      createExecutor({ store, keepStore: true, logger: testLogger() }).run(definition, { id });
    const callsOf = ({ calls }: typeof clean): number =>
      calls.filter(({ verb: called, args }) => {
        const [, record] = args as [string, JournalRecord?];
        return called === verb && (type === undefined || record?.type === type);
      }).length;

    const { proxy } = network;
    const exchanges = await exchangesOf(proxy, () => run(clean, "a"));
    const withDuplicate = await exchangesOf(proxy, () =>
      proxy.under(cutAfter, { at }, () => run(struck, "b")),
    );

    expect(withDuplicate).toBeGreaterThan(exchanges);
    expect(callsOf(struck)).toBe(callsOf(clean));
    expect(await typesOf(network.direct, "b")).toEqual(["begin", "save", "save", "complete"]);
    expect(await network.direct.getRun("b")).toMatchObject({ status: "completed" });
  });
}
