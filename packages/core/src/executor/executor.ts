import type { Definition } from "../definition.ts";
import { expectAtLeast, expectObject } from "../expect.ts";
import { checkRunId } from "../identifiers.ts";
import { defaultLogger, safeLogger } from "../logger.ts";
import { attach, retry, run, start } from "./calls.ts";
import { cancelRun } from "./cancel.ts";
import { idle, shutDown } from "./closing.ts";
import { withJournal } from "./engine.ts";
import type { Engine } from "./engine.ts";
import type { RunHandle } from "./handle.ts";
import { journalOver } from "./open-journal.ts";
import { pruneRuns } from "./prune.ts";
import type { PruneOptions } from "./prune.ts";
import { makeRequest } from "./run-options.ts";
import type { RunOptions } from "./run-options.ts";
import { getRun, listRuns } from "./runs.ts";
import type { ListOptions, RunList, RunView } from "./runs.ts";
import { registerDefinitions, resolveSettings } from "./settings.ts";
import type { ExecutorOptions, Settings } from "./settings.ts";
import { keepSweeping, Sweeper } from "./sweep.ts";
import type { RecoveryReport } from "./sweep.ts";

/** Runs definitions durably. Disposing of it shuts it down and disposes of its store. */
export interface Executor extends AsyncDisposable {
  /**
   * Gives a run's result, working on it here if nobody else is. Idempotent by id: a run that is not there is begun, an
   * interrupted one resumed, a completed one's output returned, one that is active waited for.
   *
   * @throws the user's own error if this call came to drive the run, after an abort its reason; `EXECUTUS_RUN_FAILED` with
   * the recorded error as its cause; `EXECUTUS_RUN_EXISTS` for the same id with another definition or input;
   * `EXECUTUS_RUN_ACTIVE`, `EXECUTUS_DEFINITION_CHANGED`, `EXECUTUS_INVALID_INPUT`, `EXECUTUS_INVALID_RUN_ID`,
   * `EXECUTUS_NOT_SERIALIZABLE`, `EXECUTUS_FENCED`, `EXECUTUS_SHUTDOWN`, `EXECUTUS_STORE_UNAVAILABLE`, `EXECUTUS_EXECUTOR_CLOSED`.
   */
  run<Input, Output>(
    definition: Definition<Input, Output>,
    ...options: OptionsOf<NoInfer<Input>>
  ): Promise<Output>;
  /**
   * The same, but resolves as soon as the run is durably accepted. Never goes on without a record.
   *
   * @throws as {@link Executor.run}, for what goes wrong before that
   */
  start<Input, Output>(
    definition: Definition<Input, Output>,
    ...options: OptionsOf<NoInfer<Input>>
  ): Promise<RunHandle<Output>>;
  /** A handle of a run that is there. Takes the run over only if its definition is registered here. @throws `EXECUTUS_RUN_NOT_FOUND` */
  attach(id: string): Promise<RunHandle<unknown>>;
  /** All that is recorded of a run; `undefined` if there is none. */
  get(id: string): Promise<RunView | undefined>;
  /** One page of runs. */
  list(options?: ListOptions): Promise<RunList>;
  /**
   * Asks for a run's cancellation, wherever it is driven.
   *
   * @returns once the request is durable: `false` if the run had ended.
   * @throws `EXECUTUS_RUN_NOT_FOUND`
   */
  cancel(id: string): Promise<boolean>;
  /**
   * Opens a failed run again, with what it had completed, and drives it here if its definition is registered.
   *
   * @throws `EXECUTUS_RUN_NOT_FOUND`, `EXECUTUS_RUN_COMPLETED`
   */
  retry(id: string): Promise<RunHandle<unknown>>;
  /** Deletes a run that has ended. @returns `false` if there was none. @throws `EXECUTUS_RUN_ACTIVE` */
  delete(id: string): Promise<boolean>;
  /** Deletes ended runs, page by page. @returns how many */
  prune(options: PruneOptions): Promise<number>;
  /**
   * One bounded sweep of this executor's queue for interrupted runs. It resolves when every candidate is claimed or skipped;
   * the runs go on in the background.
   */
  recover(): Promise<RecoveryReport>;
  /** Resolves when nothing runs here any more. */
  idle(): Promise<void>;
  /** Lets runs end for `graceMs` (default 10000), then releases the rest for others. Leaves the store open. */
  shutdown(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/** Options may be left out where the input may. */
export type OptionsOf<Input> = undefined extends Input
  ? [options?: RunOptions<Input>]
  : [options: RunOptions<Input>];

/**
 * Makes an executor.
 *
 * @throws {TypeError} if an option is not what it should be, or a definition is registered twice.
 */
export function createExecutor(options: ExecutorOptions = {}): Executor {
  const settings = resolveSettings(options);
  const closing = new AbortController();
  const stopping = new AbortController();
  const engine = makeEngine(options, settings, closing.signal, stopping.signal);
  const sweeper = new Sweeper(engine);
  if (settings.everyMs !== undefined) void keepSweeping(engine, sweeper, settings.everyMs);
  let closed: Promise<void> | undefined;

  const executor: Executor = {
    run: async (definition, ...given) =>
      (await run(engine, makeRequest(settings, definition, given[0]))) as never,
    start: async (definition, ...given) =>
      (await start(engine, makeRequest(settings, definition, given[0]))) as never,
    attach: (id) => attach(engine, id),
    get: async (id) => {
      checkRunId(id);
      return withJournal(engine, "get", (journal) => getRun(journal, id));
    },
    list: (given) => withJournal(engine, "list", (journal) => listRuns(journal, given)),
    cancel: (id) => cancelRun(engine, id),
    retry: (id) => retry(engine, id),
    delete: async (id) => {
      checkRunId(id);
      return withJournal(engine, "delete", (journal) => journal.delete(id));
    },
    prune: (given) => withJournal(engine, "prune", (journal) => pruneRuns(engine, journal, given)),
    recover: () => withJournal(engine, "recover", (journal) => sweeper.sweep(journal)),
    idle: () => idle(engine),
    shutdown: async (given = {}) => {
      expectObject("the options of shutdown", given, "an object such as { graceMs }");
      const { graceMs = 10_000 } = given;
      expectAtLeast('"graceMs"', graceMs, 0);
      closed ??= shutDown(engine, closing, stopping, graceMs);
      await closed;
    },
    async [Symbol.asyncDispose]() {
      await executor.shutdown({ graceMs: 0 });
      if (!settings.keepStore) await options.store?.[Symbol.asyncDispose]();
    },
  };
  return executor;
}

function makeEngine(
  options: ExecutorOptions,
  settings: Settings,
  closing: AbortSignal,
  stopping: AbortSignal,
): Engine {
  const logger = safeLogger(options.logger ?? defaultLogger());
  const { store } = options;
  return {
    settings,
    logger,
    journal: store === undefined ? undefined : journalOver(store, settings, logger),
    checkpointers: options.checkpointers,
    definitions: registerDefinitions(options.definitions),
    active: new Map(),
    refused: new Set(),
    closing,
    stopping,
    doors: new Map(),
    underway: new Set(),
    awaited: new Map(),
  };
}
