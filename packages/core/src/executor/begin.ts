import type { Checkpointer, RunInfo } from "../checkpointer.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { within } from "../journal/calls.ts";
import type { Logger } from "../logger.ts";
import type { Owner } from "../journal/owner.ts";
import type { Engine } from "./engine.ts";
import { checkCheckpointer } from "../checkpointer-checks.ts";

/** The record of a fresh run: one in this executor's store, the host's own, or none. */
export type BegunRecord =
  | { readonly kind: "journal"; readonly checkpointer: Owner }
  | { readonly kind: "custom"; readonly checkpointer: Checkpointer }
  | { readonly kind: "none" };

export interface BeginOptions {
  /** Of a run of which it is certain that no other has its id: the id was made here, or has been read to be free. */
  readonly info: RunInfo;
  /** Whether the run may go on without a record. */
  readonly mayDegrade: boolean;
}

/** Failures that say something about the run or the set-up, and are never passed over. */
const alwaysThrown: ReadonlySet<ErrorCode> = new Set([
  "EXECUTUS_RUN_EXISTS",
  "EXECUTUS_FENCED",
  "EXECUTUS_NOT_SERIALIZABLE",
  "EXECUTUS_TOO_LARGE",
  "EXECUTUS_STORE_MISCONFIGURED",
  "EXECUTUS_STORE_CLOSED",
  "EXECUTUS_INVALID_RUN_ID",
  "EXECUTUS_INVALID_INPUT",
]);

/**
 * Begins the durable record of a run. If that fails, the run goes on without one, but never silently, and only if that can
 * be no second run.
 */
export async function beginRecord(engine: Engine, options: BeginOptions): Promise<BegunRecord> {
  const record = await beginOrGoOn(engine, options);
  if (record.kind === "custom") {
    checkCheckpointer('what "begin" of the factory gives', record.checkpointer);
  }
  return record;
}

async function beginOrGoOn(engine: Engine, options: BeginOptions): Promise<BegunRecord> {
  const { journal, checkpointers } = engine;
  const { info } = options;
  try {
    if (journal !== undefined) {
      const open = await journal();
      return { kind: "journal", checkpointer: await open.begin(info) };
    }
    if (checkpointers === undefined) return { kind: "none" };
    return { kind: "custom", checkpointer: await beginCustom(engine, info) };
  } catch (error) {
    if (!mayGoOn(engine, options, error)) throw asUnavailable(info.id, error);
    engine.logger.warn(
      { runId: info.id, err: error },
      "The record of a run could not be begun. The run goes on without one: if this process dies, it is lost.",
    );
    return { kind: "none" };
  }
}

function mayGoOn({ settings }: Engine, { mayDegrade }: BeginOptions, error: unknown): boolean {
  if (!mayDegrade || settings.durability === "required") return false;
  return !(isExecutusError(error) && (alwaysThrown.has(error.code) || error.uncertain));
}

/** A run that is rejected because its store cannot be used says so, whatever the store threw. */
function asUnavailable(runId: string, error: unknown): unknown {
  if (isExecutusError(error)) return error;
  return new ExecutusError(
    "EXECUTUS_STORE_UNAVAILABLE",
    `The record of run "${runId}" could not be begun, and a run without one is not allowed here. Check the store, then try again.`,
    { runId, cause: error },
  );
}

/** A custom begin. One that is past its time limit may still be carried out: then it is released at once. */
async function beginCustom(engine: Engine, info: RunInfo): Promise<Checkpointer> {
  const { checkpointers, logger, settings } = engine;
  const { runtime, beginTimeoutMs } = settings;
  let late = false;
  try {
    return await within(runtime, beginTimeoutMs, "begin", async () => {
      const checkpointer = await (checkpointers as NonNullable<typeof checkpointers>).begin(info);
      if (late) await releaseLate(logger, info.id, checkpointer);
      return checkpointer;
    });
  } catch (error) {
    late = true;
    throw error;
  }
}

async function releaseLate(
  logger: Logger,
  runId: string,
  checkpointer: Checkpointer,
): Promise<void> {
  logger.warn({ runId }, "The record of a run was begun after its time limit, and is released.");
  try {
    await checkpointer.release?.({ history: [], turns: 0, completedPhases: [] });
  } catch (error) {
    logger.warn({ runId, err: error }, "A record that was begun too late could not be released.");
  }
}
