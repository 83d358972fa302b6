import { deepEqual, equal, fail } from "node:assert/strict";
import {
  type AnyDefinition,
  type Checkpointer,
  type CheckpointerFactory,
  type CheckpointState,
  createExecutor,
  type Executor,
  isExecutusError,
  systemRuntime,
} from "@executus/core";
import type { Scenario } from "../scenario.ts";
import { never } from "../world/process.ts";
import {
  type Act,
  story,
  type Story,
  storyInput,
  type StoryKind,
  type StoryOptions,
} from "../world/story.ts";
import { freshId } from "../fixtures.ts";
import { unexpected } from "../world/world.ts";
import type { CheckpointerCapabilities, CheckpointerHost, LoadedRun, Reattached } from "./host.ts";

/** What a scenario of a checkpointer works with. */
export interface CheckpointerContext {
  readonly host: CheckpointerHost;
  /** One more process on the same data. */
  readonly another: () => Promise<CheckpointerHost>;
  /** Milliseconds within which a process is told of a request. */
  readonly lagMs: number;
}

export type CheckpointerScenario = Scenario<CheckpointerContext, keyof CheckpointerCapabilities>;

/** A scenario of a checkpointer. What Executus reports unasked fails it, as any other wrong answer does. */
export function hostScenario(
  id: string,
  behaviour: string,
  prove: (context: CheckpointerContext) => Promise<void>,
  needs?: keyof CheckpointerCapabilities,
): CheckpointerScenario {
  return {
    id,
    behaviour,
    ...(needs !== undefined && { needs }),
    async prove(context) {
      try {
        await prove(context);
      } catch (error) {
        throw isExecutusError(error) ? unexpected(behaviour, error) : error;
      }
    },
  };
}

type Verb = "begin" | "save" | "complete" | "fail" | "release";

/** What the executor calls, before it reaches the host's checkpointer. A call that throws here never does. */
export type Watch = (verb: Verb, state?: CheckpointState) => unknown;

/** An executor that asks a host for its checkpointers. */
export function executorOn(factory: CheckpointerFactory, watch: Watch = () => {}): Executor {
  return createExecutor({
    abortGraceMs: 1,
    checkpointers: {
      async begin(run) {
        await watch("begin");
        return watched(await factory.begin(run), watch);
      },
    },
    durability: "required",
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    // What hangs on purpose must not keep the process alive.
    runtime: {
      ...systemRuntime,
      timer: (ms, fire) => systemRuntime.timer(ms, fire, { background: true }),
    },
  });
}

function watched(checkpointer: Checkpointer, watch: Watch): Checkpointer {
  return {
    async save(state) {
      await watch("save", state);
      await checkpointer.save(state);
    },
    async complete(output, state) {
      await watch("complete", state);
      await checkpointer.complete(output, state);
    },
    async fail(error, state) {
      await watch("fail", state);
      await checkpointer.fail(error, state);
    },
    async release(state) {
      await watch("release", state);
      await checkpointer.release?.(state);
    },
    get signal() {
      return checkpointer.signal;
    },
  };
}

/** Runs a story under a fresh id, or the given one. */
export function tellOn(
  host: CheckpointerHost,
  { definition }: { readonly definition: AnyDefinition },
  id: string,
  { watch, executor = executorOn(host.factory, watch), signal }: TellOptions = {},
): Promise<unknown> {
  return executor.run(definition as Story["definition"], { id, input: storyInput, signal });
}

interface TellOptions {
  readonly watch?: Watch | undefined;
  readonly executor?: Executor | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Goes on with a run as a host's recovery does. */
export async function goOn(host: CheckpointerHost, told: Story, id: string): Promise<unknown> {
  return resumeWith(host, told, await reattach(host, id));
}

export function resumeWith(
  host: CheckpointerHost,
  told: Story,
  found: Reattached,
): Promise<unknown> {
  const { run, resume, checkpointer } = found;
  const { id, createdAt, deadline } = run;
  const input = run.input as string;
  const options = { id, input, createdAt, deadline, resume, checkpointer };
  return executorOn(host.factory).run(told.definition, options);
}

export function reattach(host: CheckpointerHost, id: string): Promise<Reattached> {
  return host.reattach?.(id) ?? fail('a host that declares "resumes" has a method reattach');
}

/** Runs a story until its process stops without a word in one of the steps, when it is first there. */
export async function abandoned(
  host: CheckpointerHost,
  kind: StoryKind,
  { at = 1, ...options }: StoryOptions & { readonly at?: number } = {},
): Promise<{ readonly id: string; readonly told: Story }> {
  const id = `run-${freshId()}`;
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const act: Act = ({ index, visit }) => {
    if (index !== at || visit > 1) return;
    reach();
    return never();
  };
  const told = story(kind, { ...options, act });
  await Promise.race([tellOn(host, told, id), reached]);
  return { id, told };
}

/** Reads a run that must be there. */
export async function loaded(host: CheckpointerHost, id: string): Promise<LoadedRun> {
  return (await host.load(id)) ?? fail(`run "${id}" is recorded`);
}

/** Fails unless a run is recorded so, as another process reads it. */
export async function isRecorded(
  { another }: CheckpointerContext,
  id: string,
  status: LoadedRun["status"],
  steps: number,
): Promise<LoadedRun> {
  const run = await loaded(await another(), id);
  equal(run.status, status, "how the run is recorded");
  equal(run.state.completedPhases.length + run.state.turns, steps, "how much of it is recorded");
  return run;
}

/** Fails unless phases or messages are recorded in order, each once. */
export function isWholeState({ state }: LoadedRun, expected: CheckpointState): void {
  deepEqual([...state.history], [...expected.history], "the history, each message once");
  deepEqual([...state.completedPhases], [...expected.completedPhases], "the outputs, each once");
  equal(state.turns, expected.turns, "the number of turns");
}

/** A state as it is now: the executor's own goes on growing. */
export function copyOf({ history, turns, completedPhases }: CheckpointState): CheckpointState {
  return { history: [...history], turns, completedPhases: [...completedPhases] };
}
