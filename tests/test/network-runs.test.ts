import { randomUUID } from "node:crypto";
import { describe, test } from "vitest";
import { limitsOfLives, live } from "../support/lives.ts";
import type { Stores } from "../support/lives.ts";
import * as faults from "../support/network-faults.ts";
import { ownClients, plainClients, usersClients } from "../support/networks.ts";
import type { Network } from "../support/networks.ts";
import { exchangesOf } from "../support/tcp-proxy.ts";

for (const { drivers, known } of [
  // These show the repetition by the core,
  { drivers: plainClients, known: [faults.cutBefore, faults.cutAfter] },
  // and these what the drivers' own makes of it.
  { drivers: usersClients, known: [faults.cutAfter] },
  { drivers: ownClients, known: [faults.answerSwallowed] },
]) {
  for (const driver of drivers) {
    describe(`a run on ${driver.name}`, () => {
      for (const fault of known) {
        test(`is as if nothing had happened, whichever of its exchanges meets ${fault.name}`, async ({
          skip,
        }) => {
          await using network = await driver.network(skip, limitsOfLives);
          const stores = await storesOf(network);
          const exchanges = await exchangesOf(network.proxy, () => live(randomUUID(), stores));

          for (let after = 0; after < exchanges; after += 1) {
            await network.proxy.under(fault, { after }, () =>
              // A call that is given up although it would have been answered does no harm.
              live(randomUUID(), stores, { callTimeoutMs: 100 }),
            );
          }
        });
      }
    });
  }
}

for (const driver of ownClients) {
  test(`a run on ${driver.name} is as if nothing had happened while all answers trickle`, async ({
    skip,
  }) => {
    await using network = await driver.network(skip, limitsOfLives);
    const stores = await storesOf(network);
    const times = await exchangesOf(network.proxy, () => live(randomUUID(), stores));

    await network.proxy.under(faults.trickle, { times }, () => live(randomUUID(), stores));
  });
}

async function storesOf(network: Network): Promise<Stores> {
  return {
    first: await network.reach(),
    second: await network.reach(),
    looking: network.direct,
  };
}
