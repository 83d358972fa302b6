import { AssertionError } from "node:assert/strict";
import { isExecutusError, type JournalRecord, type RunView } from "@executus/core";
import { freshId, readAll } from "../fixtures.ts";
import type { Scenario, ScenarioContext } from "../scenario.ts";
import { Process, type ProcessOptions } from "./process.ts";

/** Several processes on one store, that share a clock and know of each other's death. */
export class World {
  readonly context: ScenarioContext;
  readonly queue: string = `queue-${freshId()}`;
  readonly #processes: Process[] = [];
  readonly #gone = new Set<string>();
  #observer: Process | undefined;
  #failure: AssertionError | undefined;

  constructor(context: ScenarioContext) {
    this.context = context;
  }

  /** Starts a process with a handle of its own. */
  async process(options: ProcessOptions = {}): Promise<Process> {
    const name = `process-${this.#processes.length + 1}-${this.queue}`;
    const isGone = (owner: string): boolean => this.#gone.has(owner.slice(0, owner.indexOf(":")));
    const store = await this.context.reopen();
    const process = new Process(name, store, { queue: this.queue, isGone }, options);
    this.#processes.push(process);
    void process.died.then(() => this.#gone.add(name));
    return process;
  }

  /** Makes all processes believe that one is gone, which is not. */
  presumeGone({ name }: Process): void {
    this.#gone.add(name);
  }

  /** What a bystander is told of a run. */
  async view(id: string): Promise<RunView | undefined> {
    this.#observer ??= await this.process();
    return this.#observer.executor.get(id);
  }

  /** The journal of a run, as it is in the store. */
  async records(id: string): Promise<JournalRecord[]> {
    const row = await this.context.store.getRun(id);
    return row === undefined ? [] : readAll(this.context.store, row.incarnation);
  }

  /** Checks something in the middle of user code, where a failure would be taken for one of the run's. */
  async inside<T>(check: () => T | Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      if (error instanceof AssertionError) this.#failure ??= error;
      throw error;
    }
  }

  /** Fails if a check inside user code did. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends all processes, and closes their handles. */
  async closeAll(): Promise<void> {
    this.end();
    await Promise.all(this.#processes.map((process) => process.close()));
    this.#observer = undefined;
  }

  /** Ends all processes. */
  end(): void {
    for (const process of this.#processes) process.die();
  }
}

/** A scenario with processes. What Executus reports unasked fails it, as any other wrong answer does. */
export function worldScenario(
  id: string,
  behaviour: string,
  prove: (world: World) => Promise<void>,
  needs?: Scenario["needs"],
): Scenario {
  return {
    id,
    behaviour,
    ...(needs !== undefined && { needs }),
    async prove(context) {
      const world = new World(context);
      try {
        await prove(world);
        world.throwIfFailed();
      } catch (error) {
        world.throwIfFailed();
        throw isExecutusError(error) ? unexpected(behaviour, error) : error;
      } finally {
        world.end();
      }
    },
  };
}

export function unexpected(behaviour: string, error: Error): AssertionError {
  const message = `Expected that ${behaviour}, but got: ${error.message}`;
  const failure = new AssertionError({ message });
  failure.cause = error;
  return failure;
}
