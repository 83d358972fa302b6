import { randomUUID } from "node:crypto";
import type { RunStore } from "@executus/core";
import { afterAll, describe, expect, test } from "vitest";
import * as faults from "../support/network-faults.ts";
import type { Fault } from "../support/network-faults.ts";
import { ownClients, plainClients, usersClients } from "../support/networks.ts";
import type { Driver, Network } from "../support/networks.ts";
import { exchangesOf } from "../support/tcp-proxy.ts";
import type { Aim } from "../support/tcp-proxy.ts";
import { verbCases } from "../support/verb-cases.ts";
import type { VerbCase } from "../support/verb-cases.ts";

const cuts = [faults.cutBefore, faults.cutWithin, faults.cutAfter, faults.cutWithinAnswer];
/** A call that meets one is given up, as the core does. */
const silences = [faults.requestSwallowed, faults.answerSwallowed];

/** More often than any driver tries by itself. */
const often = 4;

for (const { drivers, known } of [
  { drivers: ownClients, known: [...cuts, faults.trickle] },
  { drivers: usersClients, known: [faults.cutAfter, faults.cutWithinAnswer] },
  { drivers: plainClients, known: [...cuts, ...silences] },
]) {
  for (const driver of drivers) {
    describe(`on ${driver.name}`, () => {
      const reached = reach(driver);
      for (const verb of verbCases) {
        for (const fault of known) {
          test(`${verb.verb} ${verb.does}, whichever of its exchanges meets ${fault.name}`, async ({
            skip,
          }) => {
            const stage = await reached.get(skip);
            const exchanges = await lengthOf(stage, verb);
            for (let after = 0; after < exchanges; after += 1) {
              const failures = await prove(stage, verb, fault, { after });
              if (!driver.retries && cuts.includes(fault)) expect(failures).toHaveLength(1);
            }
          });
        }
        if (!driver.retries) continue;

        test(`${verb.verb} that never gets an answer throws STORE_UNAVAILABLE, and then ${verb.does}`, async ({
          skip,
        }) => {
          const stage = await reached.get(skip);
          const aim = { at: verb.at, times: often };
          expect(await prove(stage, verb, faults.cutAfter, aim)).not.toEqual([]);
        });
      }
    });
  }
}

interface Stage {
  readonly network: Network;
  readonly store: RunStore;
}

/** One network for all tests of a driver. */
function reach(driver: Driver): { get(skip: (reason: string) => never): Promise<Stage> } {
  let stage: Stage | undefined;
  afterAll(() => stage?.network[Symbol.asyncDispose]());
  return {
    get: async (skip) => {
      if (stage === undefined) {
        const network = await driver.network(skip);
        stage = { network, store: await network.reach() };
      }
      return stage;
    },
  };
}

/** How many exchanges a call takes that nothing happens to. */
async function lengthOf({ network, store }: Stage, verb: VerbCase): Promise<number> {
  const id = randomUUID();
  await verb.stage(network.direct, id);
  let given: unknown;
  const exchanges = await exchangesOf(network.proxy, async () => {
    given = await verb.act(store, id);
  });
  await verb.check(network.direct, id, given, true);
  expect(exchanges).toBeGreaterThan(0);
  return exchanges;
}

/** Makes a call under a fault, again and again as the core does. @returns what was thrown before it succeeded */
async function prove(
  { network, store }: Stage,
  verb: VerbCase,
  fault: Fault,
  aim: Aim,
): Promise<readonly unknown[]> {
  const id = randomUUID();
  await verb.stage(network.direct, id);
  const failures: unknown[] = [];
  const act = async () => ({ given: await verb.act(store, id) });
  const { given } = await network.proxy.under(fault, aim, async ({ struck }) => {
    let silence = silences.includes(fault) ? struck : undefined;
    for (;;) {
      const call = act();
      // What comes of a call that was given up is nobody's.
      call.catch(() => {});
      try {
        const done = await (silence === undefined ? call : Promise.race([call, silence]));
        if (done !== undefined) return done;
        silence = undefined;
        // Or a client has no connection left at some time.
        network.proxy.heal();
      } catch (error) {
        expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", retryable: true });
        failures.push(error);
      }
    }
  });
  await verb.check(network.direct, id, given, false);
  return failures;
}
