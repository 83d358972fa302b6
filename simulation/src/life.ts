import { isExecutusError } from "@executus/core";
import type { Logger, Runtime } from "@executus/core";
import type { Chance } from "./chance.ts";
import type { Time } from "./time.ts";
import { Violation } from "./violation.ts";

const nothing = (): void => {};

const epoch = 1_800_000_000_000;

/** What a life needs of the world around it. */
export interface Surroundings {
  readonly time: Time;
  readonly chance: Chance;
  /** Whether a process is gone: the machine that it was on knows. */
  isGone(name: string): boolean;
  /** Whether a guess about the processes of another one is wrong. */
  lies(name: string): boolean;
  tell(who: string, what: () => string): void;
  report(violation: Violation): void;
  /** A process stops a run because somebody else has it. */
  fenced(life: Life, id: string): void;
}

/** One life of a process, from its start to its death: its clocks, its timers, its ids. */
export class Life {
  readonly name: string;
  readonly machine: string;
  readonly logger: Logger;
  readonly runtime: Runtime;
  /** How far its wall clock is off. */
  wallOffset: number;
  /** When the last store call that failed, or took too long, was noticed. */
  badAt: number = -Infinity;
  /** The same, of calls that tell a row of something. */
  rowBadAt: number = -Infinity;
  /** When the last store call was refused for good. */
  refusedAt: number = -Infinity;
  /** Store calls so far. */
  calls = 0;
  /** Until when it stands still. */
  stalledUntil: number = -Infinity;
  isClosing = false;
  /** Ids of runs that go on without a record. */
  readonly undurable: Set<string> = new Set();
  /** Ids of runs that did so at any time. */
  readonly degraded: Set<string> = new Set();
  /** Ids of runs of which a save, or an end, could not be recorded. */
  readonly unsaved: Set<string> = new Set();
  readonly unended: Set<string> = new Set();
  /** Journals that it has begun. */
  readonly begun: Set<string> = new Set();
  /** By id, how many journals it had begun when it last sent an insertion. */
  readonly inserting: Map<string, number> = new Map();
  #isGone = false;
  readonly #world: Surroundings;

  constructor(world: Surroundings, name: string, machine: string, wallOffset: number) {
    this.#world = world;
    this.name = name;
    this.machine = machine;
    this.wallOffset = wallOffset;
    this.logger = this.#makeLogger();
    this.runtime = this.#makeRuntime();
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Nothing happens in it any more. What it has sent may still be applied. */
  die(why: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#world.tell(this.name, () => why);
  }

  /** Stands still, as a process that is stopped: everything in it happens later. */
  stall(ms: number): void {
    this.stalledUntil = Math.max(this.stalledUntil, this.#world.time.now + ms);
  }

  /** Lets something happen in this process. @returns a function that calls it off */
  after(ms: number, fire: () => void): () => void {
    const { time } = this.#world;
    let cancel: (() => void) | undefined;
    const happen = (): void => {
      if (this.#isGone) return;
      const left = this.stalledUntil - time.now;
      if (left > 0) cancel = time.after(left, happen);
      else fire();
    };
    cancel = time.after(ms, happen);
    return () => cancel?.();
  }

  #makeRuntime(): Runtime {
    const { time, chance } = this.#world;
    const bornAt = time.now;
    let ids = 0;
    let rolls = 0;
    return {
      now: () => epoch + Math.floor(time.now) + this.wallOffset,
      monotonic: () => time.now - bornAt + 1_000,
      timer: (ms, fire) => this.after(ms, fire),
      id: () => `${this.name}-${(ids += 1)}`,
      random: () => chance.of(`random ${this.name} ${(rolls += 1)}`),
      host: {
        name: `${this.machine}:${this.name}:1`,
        isGone: (owner) => {
          const [machine, name = ""] = owner.split(":");
          if (machine !== this.machine) return false;
          return this.#world.isGone(name) || this.#world.lies(`${this.name} ${owner}`);
        },
      },
    };
  }

  /** No record is ever damaged here, and nobody is fenced by nobody. */
  noteError(id: string, error: unknown): void {
    if (isExecutusError(error, "EXECUTUS_FENCED")) this.#world.fenced(this, id);
    const seesDamage =
      isExecutusError(error, "EXECUTUS_CORRUPT_RECORD") ||
      isExecutusError(error, "EXECUTUS_UNSUPPORTED_FORMAT");
    if (seesDamage) this.#world.report(new Violation("c", `${this.name} reads: ${error.message}`));
  }

  #goesOnWithoutRecord(id: string): void {
    this.undurable.add(id);
    this.degraded.add(id);
    if (this.inserting.get(id) !== this.begun.size) return;
    this.#world.report(
      new Violation("k", `${this.name} drives "${id}" without a record, and has sent its row.`),
    );
  }

  #makeLogger(): Logger {
    const warn = (fields: object, message: string): void => {
      const { runId = "", err } = fields as { readonly runId?: string; readonly err?: unknown };
      if (message.includes("goes on without one")) this.#goesOnWithoutRecord(runId);
      if (message.startsWith("A checkpoint could not be saved")) this.unsaved.add(runId);
      if (message.startsWith("The end of a run could not be recorded")) this.unended.add(runId);
      this.noteError(runId, err);
      this.#world.tell(this.name, () => `warns of ${runId}: ${message}`);
    };
    return { debug: nothing, info: nothing, warn, error: warn };
  }
}
