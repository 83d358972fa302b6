import { createExecutor, ExecutusError } from "@executus/core";
import type {
  AnyDefinition,
  Definition,
  DefinitionBody,
  Executor,
  ExecutorOptions,
  RunSettings,
} from "@executus/core";
import { calling, results, text } from "./agents.ts";
import { testClock } from "./clock.ts";
import type { TestClock } from "./clock.ts";
import { foreignRecord } from "./foreign-record.ts";
import { testLogger } from "./logger.ts";
import type { TestLogger } from "./logger.ts";
import { recorder } from "./recorder.ts";
import { memoryPlace, sqlitePlace, typesOf } from "./stores.ts";
import type { Place } from "./stores.ts";

/** One way of keeping runs, fresh or recovered, in which the same case is tried. */
export interface World {
  readonly name: string;
  readonly recovered: boolean;
  /** Whether values are encoded, so that some are refused. */
  readonly encodes: boolean;
  enter(options?: ExecutorOptions): Promise<Stage>;
}

/** What a case has to do with. */
export interface Stage extends AsyncDisposable {
  readonly executor: Executor;
  readonly clock: TestClock;
  readonly logger: TestLogger;
  /** Runs a definition whose first phase or turn is done already if the world is one of recovery. */
  run<Input, Output>(
    definition: Definition<Input, Output>,
    input: Input,
    options?: RunSettings,
  ): Promise<Output>;
  /** Ends that were recorded, and whether by this attempt. */
  ends(): Promise<readonly string[]>;
  /** Makes somebody else the owner. */
  takeAway(): Promise<void>;
}

const runId = "the-run";

const endTypes = new Set(["complete", "fail", "release"]);

function customWorld(recovered: boolean): World {
  return {
    name: `${recovered ? "a recovered" : "a fresh"} run of a custom factory`,
    recovered,
    encodes: false,
    enter: async (options = {}) => {
      const clock = testClock();
      const logger = testLogger();
      const record = recorder();
      const executor = createExecutor({
        checkpointers: record,
        runtime: clock,
        logger,
        ...options,
      });
      return {
        executor,
        clock,
        logger,
        run: (definition, input, more = {}) =>
          executor.run(definition, {
            id: runId,
            input,
            ...more,
            ...(recovered && { checkpointer: record.checkpointer, resume: afterFirst(definition) }),
          }),
        ends: async () => record.verbs().filter((verb) => endTypes.has(verb)),
        takeAway: async () => {
          record.controller.abort(
            new ExecutusError("EXECUTUS_FENCED", "Somebody else has the run."),
          );
        },
        [Symbol.asyncDispose]: () => executor[Symbol.asyncDispose](),
      };
    },
  };
}

/** The state of a run whose first phase or turn is done. */
function afterFirst({ body }: AnyDefinition): NonNullable<RunSettings["resume"]> {
  if (body.kind === "loop") return { history: ["first"], turns: 1, completedPhases: [] };
  if (body.kind === "agent") {
    const history = [calling(["first", {}]), results(["first", text("first")])];
    return { history, turns: 1, completedPhases: [] };
  }
  return { history: [], turns: 0, completedPhases: [{ name: "first", index: 0, output: "first" }] };
}

function storeWorld(open: () => Place, recovered: boolean): World {
  const name = open === memoryPlace ? "memory" : "sqlite";
  return {
    name: `${recovered ? "a recovered" : "a fresh"} run on ${name}`,
    recovered,
    encodes: true,
    enter: async (options = {}) => {
      const place = open();
      const clock = testClock();
      const logger = testLogger();
      const store = place.open();
      const executor = createExecutor({ store, runtime: clock, logger, ...options });
      const looking = place.open();
      await looking.open();
      let before = 0;
      return {
        executor,
        clock,
        logger,
        run: async (definition, input, more = {}) => {
          if (recovered) {
            await releaseAfterFirst(place, definition, clock, { input, deadline: more.deadline });
            before = (await typesOf(looking, runId)).filter((type) => endTypes.has(type)).length;
          }
          return executor.run(definition, { id: runId, input, ...more });
        },
        ends: async () =>
          (await typesOf(looking, runId)).filter((type) => endTypes.has(type)).slice(before),
        takeAway: async () => {
          await takeAway(place, clock);
        },
        [Symbol.asyncDispose]: async () => {
          await executor[Symbol.asyncDispose]();
          await looking[Symbol.asyncDispose]();
          place[Symbol.dispose]();
        },
      };
    },
  };
}

/** Begins the run with the same definition, and releases it after its first phase or turn. */
async function releaseAfterFirst<Input>(
  place: Place,
  definition: Definition<Input, unknown>,
  clock: TestClock,
  options: { readonly input: Input; readonly deadline: number | undefined },
): Promise<void> {
  const executor = createExecutor({ store: place.open(), runtime: clock, logger: testLogger() });
  let arrived = (): void => {};
  const second = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const untilAborted = (signal: AbortSignal): Promise<never> => {
    arrived();
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  };
  const halfway: Definition<Input, unknown> = {
    ...definition,
    critic: undefined,
    timeoutMs: undefined,
    body: stoppingAfterFirst(definition.body, untilAborted),
  };
  const stopped = executor.run(halfway, { id: runId, ...options }).catch(() => {});
  await second;
  await executor[Symbol.asyncDispose]();
  await stopped;
}

/** The same, but what comes second holds still. */
function stoppingAfterFirst(
  body: DefinitionBody,
  holdStill: (signal: AbortSignal) => Promise<never>,
): DefinitionBody {
  switch (body.kind) {
    case "loop":
      return {
        ...body,
        turn: ({ turn, signal }) => (turn === 1 ? { append: ["first"] } : holdStill(signal)),
      };
    case "agent":
      return {
        ...body,
        model: ({ turn, signal }) => (turn === 1 ? calling(["first", {}]) : holdStill(signal)),
      };
    case "phases":
      return {
        kind: "phases",
        phases: body.phases.map(({ name }, index) => ({
          name,
          run: ({ signal }) => (index === 0 ? "first" : holdStill(signal)),
        })),
      };
    case "build":
      throw new Error("What is built is not known before it runs.");
  }
}

/** Another process that sees the lease end claims the run, and dies. */
async function takeAway(place: Place, clock: TestClock): Promise<void> {
  const store = place.open();
  await store.open();
  const row = await store.getRun(runId);
  const last = await store.lastRecord(row?.incarnation ?? "");
  if (row === undefined || last === undefined) throw new Error("There is nothing to take away.");
  const generation = last.generation + 1;
  const record = { seq: last.seq + 1, type: "claim", generation, nonce: "other", at: clock.now() };
  const claim = { owner: "other", leaseMs: 30_000, seen: row.generation };
  await store.append(row.incarnation, foreignRecord(row.incarnation, record, claim));
  const patch = { generation, owner: "other", dueAt: clock.now() + 30_000, updatedAt: clock.now() };
  await store.updateRun(row, patch, { status: "active", maxGeneration: row.generation });
  await store[Symbol.asyncDispose]();
}

export const worlds: readonly World[] = [false, true].flatMap((recovered) => [
  customWorld(recovered),
  storeWorld(memoryPlace, recovered),
  storeWorld(sqlitePlace, recovered),
]);
