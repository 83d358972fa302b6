import { memoryStore } from "@executus/adapter-memory";
import { isExecutusError, jsonCodec } from "@executus/core";
import type { CheckpointState, PhaseOutput } from "@executus/core";
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import { begin } from "../../packages/core/src/journal/begin.ts";
import { claim } from "../../packages/core/src/journal/claim.ts";
import type { JournalContext } from "../../packages/core/src/journal/context.ts";
import { Observations } from "../../packages/core/src/journal/observations.ts";
import type { Owner } from "../../packages/core/src/journal/owner.ts";
import { testClock } from "../support/clock.ts";
import type { TestClock } from "../support/clock.ts";
import { testLogger } from "../support/logger.ts";
import { runs } from "../support/properties.ts";
import { answerLost, fails, watched } from "../support/stores.ts";
import type { WatchedStore } from "../support/stores.ts";

/** What is done with one run. */
type Step =
  /** The run goes on by so many messages, outputs and turns, and is saved; the save is waited for, or not. */
  | {
      readonly do: "save";
      readonly messages: number;
      readonly outputs: number;
      readonly waits: boolean;
    }
  /** What becomes of the next appends: so many fail before, or after they were applied. */
  | { readonly do: "trouble"; readonly times: number; readonly applied: boolean }
  /** All that was asked for is waited for. */
  | { readonly do: "rest" }
  /** The owner is gone, with whatever it had not saved, and somebody else claims the run. */
  | { readonly do: "crash" };

const steps: Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("save" as const),
        messages: fc.nat(3),
        outputs: fc.nat(2),
        waits: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("trouble" as const),
        // So many that a save gives up, and leaves its record to the next one.
        times: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 8, max: 16 })),
        applied: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("rest" as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const) }) },
  ),
  { minLength: 1, maxLength: 25 },
);

/** A run that goes on, dies and is claimed, and what it was told is saved. */
class Life {
  readonly #clock: TestClock = testClock();
  readonly #store: WatchedStore = watched(memoryStore());
  readonly #limits = { maxFailedAttempts: 1_000, maxFailedAttemptsWithoutProgress: 1_000 };
  #context: JournalContext = this.#process();
  #owner: Owner | undefined;
  #history: unknown[] = [];
  #outputs: PhaseOutput[] = [];
  #turns = 0;
  #pending: Promise<void>[] = [];
  #trouble: { times: number; applied: boolean } = { times: 0, applied: false };
  /** What saves that resolved have carried. */
  #acknowledged = { messages: 0, outputs: 0, turns: 0 };
  #made = 0;

  async begin(): Promise<void> {
    await this.#store.open();
    this.#store.interfere("append", (call, args) => {
      if (this.#trouble.times === 0) return undefined;
      this.#trouble.times -= 1;
      return (this.#trouble.applied ? answerLost : fails())(call, args);
    });
    const info = { id: "a", definition: "d", version: "1", input: 1, createdAt: 1 };
    this.#owner = await begin(this.#context, info);
  }

  async take(step: Step): Promise<void> {
    if (step.do === "save") await this.#save(step);
    else if (step.do === "trouble") this.#trouble = { times: step.times, applied: step.applied };
    else if (step.do === "rest") await this.#rest();
    else await this.#crash();
  }

  /** Fails unless the journal gives just what was made, in order, and all that was acknowledged. */
  async #crash(): Promise<void> {
    const before = this.#state();
    await this.#clock.advance(5);
    this.#clock.gone.add(this.#context.owner);
    this.#trouble.times = 0;
    this.#context = this.#process();
    const outcome = await claim(this.#context, new Observations(this.#clock, 1_000), "a", {
      ...this.#limits,
      admit: () => undefined,
    });
    if (outcome.kind !== "owned") throw new Error(`The run could not be claimed: ${outcome.kind}.`);
    const { resume } = outcome;
    const { messages, outputs, turns } = this.#acknowledged;

    expect(resume.history).toEqual(before.history.slice(0, resume.history.length));
    expect(resume.completedPhases).toEqual(
      before.completedPhases.slice(0, resume.completedPhases.length),
    );
    expect(resume.history.length).toBeGreaterThanOrEqual(messages);
    expect(resume.completedPhases.length).toBeGreaterThanOrEqual(outputs);
    expect(resume.turns).toBeGreaterThanOrEqual(turns);

    // What the dead owner still does is none of the run's any more.
    this.#pending = [];
    this.#owner = outcome.checkpointer;
    this.#history = [...resume.history];
    this.#outputs = [...resume.completedPhases];
    this.#turns = resume.turns;
    this.#acknowledged = countsOf(resume);
  }

  async end(): Promise<void> {
    await this.#rest();
    await this.#crash();
    expect(countsOf(this.#state())).toEqual(this.#acknowledged);
  }

  async #save({ messages, outputs, waits }: Extract<Step, { do: "save" }>): Promise<void> {
    for (let i = 0; i < messages; i += 1) this.#history.push(`message ${(this.#made += 1)}`);
    for (let i = 0; i < outputs; i += 1) {
      const [name, index] = [`phase-${(this.#made += 1) % 3}`, this.#outputs.length];
      this.#outputs.push({ name, index, output: this.#made });
    }
    if (messages > 0) this.#turns += 1;
    const owner = this.#owner;
    const carries = countsOf(this.#state());
    // The very arrays, which grow on while the save is under way, as the executor's do.
    const state = { history: this.#history, completedPhases: this.#outputs, turns: this.#turns };
    if (owner === undefined) return;
    this.#pending.push(this.#noted(owner, owner.save(state), carries));
    if (waits) await this.#rest();
  }

  async #noted(owner: Owner, saved: Promise<void>, carries: Counts): Promise<void> {
    try {
      await saved;
      if (this.#owner === owner) this.#acknowledged = most(this.#acknowledged, carries);
    } catch (error) {
      if (isExecutusError(error, "EXECUTUS_STORE_UNAVAILABLE")) return;
      if (!isExecutusError(error, "EXECUTUS_FENCED")) throw error;
      expect(this.#owner).not.toBe(owner);
    }
  }

  async #rest(): Promise<void> {
    const all = Promise.all(this.#pending.splice(0));
    let isOver = false;
    void all.finally(() => (isOver = true));
    // Time passes between the tries of what fails.
    for (let i = 0; i < 100 && !isOver; i += 1) await this.#clock.advance(100);
    await all;
  }

  #state(): CheckpointState {
    return {
      history: [...this.#history],
      completedPhases: [...this.#outputs],
      turns: this.#turns,
    };
  }

  #process(): JournalContext {
    return {
      store: this.#store,
      codec: jsonCodec,
      runtime: this.#clock,
      logger: testLogger(),
      owner: `owner-${globalThis.crypto.randomUUID()}`,
      queue: "default",
      leaseMs: 1e9,
      callTimeoutMs: 10_000,
      beginTimeoutMs: 30_000,
      saveTimeoutMs: 2_000,
      finaliseTimeoutMs: 30_000,
      maxRecordedBytes: 1e6,
    };
  }
}

interface Counts {
  readonly messages: number;
  readonly outputs: number;
  readonly turns: number;
}

function countsOf({ history, completedPhases, turns }: CheckpointState): Counts {
  return { messages: history.length, outputs: completedPhases.length, turns };
}

function most(a: Counts, b: Counts): Counts {
  return {
    messages: Math.max(a.messages, b.messages),
    outputs: Math.max(a.outputs, b.outputs),
    turns: Math.max(a.turns, b.turns),
  };
}

test("whatever saves, merges, failures and crashes there are, what is resumed is all that was acknowledged, once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (program) => {
      const life = new Life();
      await life.begin();
      for (const step of program) await life.take(step);
      await life.end();
    }),
    runs(150),
  );
});
