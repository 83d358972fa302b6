import { setImmediate, setTimeout as pause } from "node:timers/promises";
import {
  createExecutor,
  type Executor,
  type ExecutorOptions,
  type Host,
  type JournalRecord,
  type Logger,
  type Runtime,
  type RunStore,
  systemRuntime,
} from "@executus/core";
import { tapped, type Through, type Verb } from "./tap.ts";

/** One call of a process to its store. */
interface StoreCall {
  /** The first call of the process is 1. */
  readonly n: number;
  readonly verb: Verb;
  /** What an append is to put. */
  readonly record: JournalRecord | undefined;
}

/** Decides what becomes of a store call. */
export type Meddle = <T>(call: StoreCall, apply: () => Promise<T>) => Promise<T>;

export interface ProcessOptions extends Omit<ExecutorOptions, "store" | "runtime" | "queue"> {
  /** How far its clock is ahead of the others'. */
  readonly aheadMs?: number | undefined;
  /** Bytes at which it cuts records, if not those of the store. */
  readonly maxRecordBytes?: number | undefined;
  readonly meddle?: Meddle | undefined;
}

/** What the processes of one scenario share. */
export interface Surroundings {
  readonly queue: string;
  isGone(owner: string): boolean;
}

/** Times below this are pauses between tries and looks, which take no time here; others are limits, and stay. */
const longestPauseMs = 1_500;
/** Turns of the event loop in which nothing moves, after which nothing will. */
const quietTurns = 5;
const mostTurns = 10_000;

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

interface Timer {
  readonly fire: () => void;
  readonly cancel: () => void;
  readonly dueAt: number;
  readonly isBackground: boolean;
  readonly isPause: boolean;
}

/** A process of a scenario: an executor over a handle of its own, which can die without a kill. */
export class Process {
  readonly name: string;
  readonly executor: Executor;
  /** Resolves when it dies. */
  readonly died: Promise<void>;
  meddle: Meddle;
  /** How far its clock is ahead of the others'. */
  aheadMs: number;
  /** Store calls made so far. */
  calls = 0;
  /** Records that the store said it has put. */
  readonly put: JournalRecord[] = [];
  readonly #store: RunStore;
  readonly #timers = new Set<Timer>();
  #isDead = false;
  #underWay = 0;
  #tellDeath: () => void = () => {};

  constructor(name: string, store: RunStore, surroundings: Surroundings, options: ProcessOptions) {
    const { aheadMs = 0, maxRecordBytes, meddle, ...settings } = options;
    this.name = name;
    this.aheadMs = aheadMs;
    this.#store = store;
    this.meddle = meddle ?? ((_call, apply) => apply());
    this.died = new Promise((resolve) => {
      this.#tellDeath = resolve;
    });
    const { queue } = surroundings;
    const limits = maxRecordBytes === undefined ? store.limits : { maxRecordBytes };
    this.executor = createExecutor({
      abortGraceMs: 1,
      logger: silent,
      ...settings,
      keepStore: true,
      queue,
      store: tapped(store, { through: this.#through, during: this.#during, queue, limits }),
      runtime: this.#runtime({ name, isGone: (owner) => surroundings.isGone(owner) }),
    });
  }

  /** Stops for good: its timers never fire, its store calls never return, and no new ones reach the store. */
  die(): void {
    this.#isDead = true;
    for (const timer of this.#timers) timer.cancel();
    this.#tellDeath();
  }

  /** Dies in the middle of what it is doing. */
  dieHere(): Promise<never> {
    this.die();
    return never();
  }

  /** Closes its handle. */
  async close(): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  /** Sends the next heartbeat at once, and waits for what comes of it. */
  async beat(): Promise<void> {
    this.sendHeartbeat();
    await this.quiet();
  }

  /** Sends the next heartbeat at once: of what goes on in the background, it is due first. */
  sendHeartbeat(): void {
    const due = [...this.#timers].filter(({ isBackground }) => isBackground);
    due.toSorted((a, b) => a.dueAt - b.dueAt)[0]?.fire();
  }

  /** Lets all limits that are running now be over: those of time, not those of calls if none is under way. */
  timeIsUp(): void {
    const limits = [...this.#timers].filter((timer) => !timer.isBackground && !timer.isPause);
    for (const timer of limits) timer.fire();
  }

  /** Resolves when no store call is under way, and no pause. */
  async quiet(): Promise<void> {
    let still = 0;
    for (let turns = 0; !this.#isDead && still < quietTurns && turns < mostTurns; turns += 1) {
      await (this.#underWay > 0 ? pause(1) : setImmediate());
      const pauses = [...this.#timers].some(({ isPause }) => isPause);
      still = this.#underWay > 0 || pauses ? 0 : still + 1;
    }
  }

  /** What is under way in a process that dies never comes to an end there. */
  readonly #during = async <T>(step: () => Promise<T>): Promise<T> => {
    if (this.#isDead) return never();
    this.#underWay += 1;
    try {
      const value = await step();
      return this.#isDead ? await never() : value;
    } finally {
      this.#underWay -= 1;
    }
  };

  readonly #through: Through = async (verb, apply, record) => {
    if (this.#isDead) return never();
    this.calls += 1;
    this.#underWay += 1;
    try {
      const call = { n: this.calls, verb, record };
      const value = await this.meddle(call, async () => this.#noted(await apply(), record));
      return this.#isDead ? await never() : value;
    } catch (error) {
      if (this.#isDead) return await never();
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  };

  #noted<T>(value: T, record: JournalRecord | undefined): T {
    if (record !== undefined && value === true) this.put.push(record);
    return value;
  }

  #runtime(host: Host): Runtime {
    return {
      ...systemRuntime,
      host,
      now: () => systemRuntime.now() + this.aheadMs,
      timer: (ms, fire, options) => this.#timer(ms, fire, options?.background === true),
    };
  }

  #timer(ms: number, fire: () => void, isBackground: boolean): () => void {
    if (this.#isDead) return () => {};
    const isPause = !isBackground && ms <= longestPauseMs;
    const fireOnce = (): void => {
      timer.cancel();
      fire();
    };
    const stop = systemRuntime.timer(isPause ? Math.min(ms, 1) : ms, fireOnce, {
      background: isBackground,
    });
    const cancel = (): void => {
      stop();
      this.#timers.delete(timer);
    };
    const dueAt = systemRuntime.monotonic() + ms;
    const timer: Timer = { fire: fireOnce, cancel, dueAt, isBackground, isPause };
    this.#timers.add(timer);
    return cancel;
  }
}

/** What a dead process waits for. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
