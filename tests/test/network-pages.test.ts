import { randomUUID } from "node:crypto";
import { createExecutor, defineLoop } from "@executus/core";
import { describe, expect, test } from "vitest";
import { testLogger } from "../support/logger.ts";
import * as faults from "../support/network-faults.ts";
import { plainClients } from "../support/networks.ts";
import type { Network } from "../support/networks.ts";
import { rejection } from "../support/promises.ts";
import { chunkOf, recordOf, rowOf } from "../support/rows.ts";
import { exchangesOf } from "../support/tcp-proxy.ts";

const cuts = [faults.cutBefore, faults.cutAfter, faults.cutWithinAnswer];

/** More than the first batch of MongoDB holds, and than a page of DynamoDB. */
const turns = 130;
const message = "x".repeat(10_000);

for (const driver of plainClients) {
  test(`on ${driver.name}, a journal of many pages is read whole, whichever exchange is cut`, async ({
    skip,
  }) => {
    await using network = await driver.network(skip);
    const writer = createExecutor({ store: network.direct, keepStore: true });
    await writer.run(long, { id: "a" });
    const store = await network.reach();
    const reader = createExecutor({ store, keepStore: true, logger: testLogger() });
    const read = () => reader.get("a");
    await read();
    const exchanges = await exchangesOf(network.proxy, read);
    expect(exchanges).toBeGreaterThanOrEqual(4);

    for (const fault of cuts) {
      for (let after = 0; after < exchanges; after += 1) {
        const found = await network.proxy.under(fault, { after }, read);
        expect(found).toMatchObject({ status: "completed", turns });
      }
    }
  });
}

const long = defineLoop<undefined, string, string>("long", {
  version: "1",
  maxTurns: turns,
  turn: ({ turn }) => ({ append: [message], done: turn === turns, output: "done" }),
});

for (const driver of plainClients) {
  describe(`on ${driver.name}, a removal that is cut off`, () => {
    for (const fault of cuts) {
      test(`by ${fault.name}, anywhere, leaves the row, and a journal that is whole or has lost its first record`, async ({
        skip,
      }) => {
        await using network = await driver.network(skip);
        const store = await network.reach();
        const fresh = async (): Promise<string> => {
          const id = randomUUID();
          await putRun(network, id);
          return id;
        };
        const whole = await fresh();
        const exchanges = await exchangesOf(network.proxy, () => store.deleteRun(rowOf(whole)));

        for (let after = 0; after < exchanges; after += 1) {
          const id = await fresh();
          await network.proxy.under(fault, { after }, () => rejection(store.deleteRun(rowOf(id))));

          const left = await Array.fromAsync(
            network.direct.readJournal(rowOf(id).incarnation, { fromSeq: 1 }),
          );
          if (left[0]?.seq === 1) expect(left).toHaveLength(records);
          // Or nobody would find what is left.
          if (left.length > 0) expect(await network.direct.getRun(id)).toBeDefined();
          await store.deleteRun(rowOf(id));
          expect(await network.direct.getRun(id)).toBeUndefined();
          expect(await network.direct.lastRecord(rowOf(id).incarnation)).toBeUndefined();
        }
      });
    }
  });
}

/** More than are deleted at once. */
const records = 60;

async function putRun({ direct }: Network, id: string): Promise<void> {
  const { incarnation } = rowOf(id);
  await direct.insertRun(rowOf(id, { status: "deleting" }));
  await direct.putChunk(incarnation, chunkOf(0));
  const seqs = Array.from({ length: records }, (_, i) => i + 1);
  await Promise.all(seqs.map((seq) => direct.append(incarnation, recordOf(seq))));
}
