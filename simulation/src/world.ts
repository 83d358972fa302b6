import { createExecutor } from "@executus/core";
import type { AnyDefinition, Executor } from "@executus/core";
import { chanceOf } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { Chronicle } from "./chronicle.ts";
import { Database } from "./database.ts";
import { Faults } from "./faults.ts";
import { Ledger } from "./ledger.ts";
import { Life } from "./life.ts";
import { limits } from "./limits.ts";
import { planOf, wrongClock } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { definitionsFor } from "./programs.ts";
import type { Program } from "./programs.ts";
import { simulatedStore } from "./store.ts";
import type { Breakage } from "./breakages.ts";
import { Time } from "./time.ts";
import type { Violation } from "./violation.ts";

/** What of a seed is to be played. */
export interface Cut {
  readonly seed: number;
  /** Numbers of operations, and names of faults, that are left out. */
  readonly withoutOperations?: ReadonlySet<number> | undefined;
  readonly withoutFaults?: ReadonlySet<string> | undefined;
  /** Whether a trace is written. */
  readonly traced?: boolean | undefined;
  /** Breaks the store, to see whether that is noticed. */
  readonly breakage?: Breakage | undefined;
}

/** A process that is up. */
export interface Process {
  readonly life: Life;
  readonly executor: Executor;
  readonly definitions: Readonly<Record<Program, AnyDefinition>>;
}

/** Everything that there is in one seed. */
export class World {
  readonly time: Time = new Time();
  readonly chance: Chance;
  readonly plan: Plan;
  readonly faults: Faults;
  readonly database: Database;
  readonly chronicle: Chronicle;
  readonly ledger: Ledger;
  readonly maxRecordBytes: number;
  readonly trace: string[] = [];
  violation: Violation | undefined;
  strayCalls = 0;
  readonly #traced: boolean;
  readonly #breakage: Breakage | undefined;
  readonly #lives = new Map<string, Life>();
  readonly #slots: (Process | undefined)[] = [];
  readonly #births: number[] = [];

  constructor({ seed, withoutFaults = new Set(), traced = false, breakage }: Cut) {
    this.chance = chanceOf(seed);
    this.plan = planOf(this.chance);
    this.faults = new Faults(this.chance, withoutFaults);
    this.#traced = traced;
    this.#breakage = breakage;
    this.maxRecordBytes = this.chance.pick("record bytes", [
      [1, 1_024],
      [2, 100_000],
    ]);
    this.chronicle = new Chronicle({
      now: () => this.time.now,
      life: (name) => this.#lives.get(name),
      row: (id) => this.database.rows.get(id),
      readChunks: (journal, nonce) => this.database.readChunks(journal, nonce),
      report: this.report,
    });
    this.database = new Database(() => this.time.now, this.chronicle);
    const { clocksAreWrong, stalls } = this.plan;
    const isStrict = !clocksAreWrong && !stalls && !this.#someGuessWrong;
    this.ledger = new Ledger(this.chronicle, () => this.time.now, this.report, isStrict);
  }

  /** The first violation counts: what comes after it may follow from it. */
  readonly report = (violation: Violation): void => {
    this.violation ??= violation;
  };

  tell(who: string, what: () => string): void {
    if (!this.#traced) return;
    const at = (this.time.now / 1000).toFixed(3).padStart(8);
    this.trace.push(`${at} ${who.padEnd(3)} ${what()}`);
  }

  fenced(life: Life, id: string): void {
    this.chronicle.fenced(life, id);
  }

  isGone(name: string): boolean {
    return this.#lives.get(name)?.isGone ?? false;
  }

  get #someGuessWrong(): boolean {
    return this.chance.is("some guess wrong", 0.15);
  }

  lies(name: string): boolean {
    if (this.faults.isCalm || !this.#someGuessWrong) return false;
    return this.chance.is(`lie ${name} ${Math.floor(this.time.now / 1000)}`, 0.1);
  }

  /** What is up in a slot. */
  at(slot: number): Process | undefined {
    const process = this.#slots[slot];
    return process?.life.isGone === true ? undefined : process;
  }

  /** Starts a process in a slot that is empty. */
  start(slot: number): Process {
    const births = (this.#births[slot] ?? 0) + 1;
    this.#births[slot] = births;
    const name = `${"ABCZ"[slot]}${births}`;
    const { chance } = this;
    const offset =
      this.plan.clocksAreWrong && chance.is(`offset ${name}`, 0.6)
        ? wrongClock(chance, `clock ${name}`)
        : 0;
    const machine = chance.is(`machine ${slot}`, 0.5) ? "m1" : "m2";
    const life = new Life(this, name, machine, offset);
    this.#lives.set(name, life);
    let tokens = 0;
    const nextToken = (): string => `${name}.${(tokens += 1)}`;
    const { ledger } = this;
    const { failureRate } = this.plan;
    const definitions = definitionsFor({ chance, ledger, life, failureRate, nextToken });
    this.tell(name, () => `starts on ${machine}, its clock off by ${offset} ms`);
    const whole = simulatedStore(this, life);
    const executor = createExecutor({
      ...limits,
      store: this.#breakage === undefined ? whole : this.#breakage(whole, this.database, life),
      runtime: life.runtime,
      logger: life.logger,
      definitions: Object.values(definitions),
      keepStore: true,
      durability: chance.is(`best effort ${name}`, 0.2) ? "best-effort" : "required",
      ...(chance.is(`sweeps ${name}`, 0.4) && { recovery: { everyMs: 900 } }),
      maxConcurrentRuns: chance.is(`few ${name}`, 0.1) ? 1 : 100,
    });
    const process = { life, executor, definitions };
    this.#slots[slot] = process;
    return process;
  }
}
