import { setTimeout as delay } from "node:timers/promises";
import { createExecutor, defineRun, isExecutusError } from "@executus/core";
import type { Executor } from "@executus/core";
import { expect, test } from "vitest";
import { limitsOfLives } from "../support/lives.ts";
import { testLogger } from "../support/logger.ts";
import * as faults from "../support/network-faults.ts";
import type { Fault } from "../support/network-faults.ts";
import { ownClients } from "../support/networks.ts";
import { journalOf } from "../support/stores.ts";

const late: Fault = {
  name: "a request that is late",
  strike: async ({ request, forward, answered, reply }) => {
    // Later than its sender waits for it: by then it has sent it again.
    await delay(Math.random() * 1000);
    forward(request);
    await reply(await answered());
  },
};

const kinds = [
  faults.cutBefore,
  faults.cutWithin,
  faults.cutAfter,
  faults.cutWithinAnswer,
  faults.requestSwallowed,
  faults.answerSwallowed,
  late,
  late,
];

/** Does anything to one exchange of seven, and lets the others pass. */
const storm: Fault = {
  name: "a storm",
  strike: async (exchange) => {
    const { request, forward, answered, reply } = exchange;
    const kind = kinds[Math.floor(Math.random() * kinds.length * 7)];
    if (kind !== undefined) return kind.strike(exchange);
    forward(request);
    return reply(await answered());
  },
};

const impatient = {
  callTimeoutMs: 150,
  // Missed now and then, so that one takes over from the other.
  leaseMs: 1000,
  pollMs: 50,
  durability: "required",
  maxFailedAttempts: 1000,
  maxFailedAttemptsWithoutProgress: 1000,
} as const;

const ids = Array.from({ length: 8 }, (_, i) => `run ${i}`);

const definition = defineRun("four", { version: "1" })
  .phase("a", ({ attempt }) => `a/${attempt} ${"large ".repeat(300)}`)
  .phase("b", ({ outputs, attempt }) => `${outputs.a.slice(0, 3)} b/${attempt}`)
  .phase("c", ({ outputs, attempt }) => `${outputs.b} c/${attempt}`)
  .phase("d", ({ outputs, attempt }) => `${outputs.c} d/${attempt}`);

for (const driver of ownClients) {
  test(`runs that two executors want through a storm are ended once, and each hears the same, on ${driver.name}`, async ({
    skip,
  }) => {
    await using network = await driver.network(skip, limitsOfLives);
    const executors: Executor[] = [];
    for (const store of [await network.reach(), await network.reach()]) {
      executors.push(
        createExecutor({ store, keepStore: true, logger: testLogger(), ...impatient }),
      );
    }

    const heard = await network.proxy.under(storm, { times: "all" }, () =>
      Promise.all(ids.map((id) => Promise.all(executors.map((each) => insist(each, id))))),
    );

    const looking = createExecutor({ store: network.direct, keepStore: true });
    for (const [i, id] of ids.entries()) {
      const run = await looking.get(id);
      expect(run).toMatchObject({ status: "completed", completedPhases: ["a", "b", "c", "d"] });
      expect(heard[i]).toEqual([run?.output, run?.output]);
      const journal = await journalOf(network.direct, id);
      expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1));
      const generations = journal.map(({ generation }) => generation);
      expect(generations).toEqual(generations.toSorted((a, b) => a - b));
      expect(journal.filter(({ type }) => type === "complete")).toHaveLength(1);
    }
  });
}

/** Calls for a run until it is told how it ended. */
async function insist(executor: Executor, id: string): Promise<string> {
  for (;;) {
    try {
      return await executor.run(definition, { id });
    } catch (error) {
      if (!isExecutusError(error) || !error.retryable) throw error;
    }
  }
}
