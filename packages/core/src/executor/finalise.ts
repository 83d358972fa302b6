import type { Checkpointer } from "../checkpointer.ts";
import { isExecutusError } from "../errors.ts";
import type { ExecutusError } from "../errors.ts";
import { within } from "../journal/calls.ts";
import { isRefusal } from "../journal/owner.ts";
import { classifyCheckpointOutcome } from "../outcome.ts";
import type { Exit } from "./active.ts";
import type { Attempt, BodyResult } from "./attempt.ts";
import { comesOfClosing, shutdownReason } from "./engine.ts";
import type { Engine } from "./engine.ts";

/** Ends the record of an attempt in exactly one way. It never throws over the run's own result. */
export async function finalise(
  engine: Engine,
  attempt: Attempt,
  result: BodyResult,
): Promise<Exit> {
  const lost = ownershipLost(attempt);
  if (lost !== undefined) return { kind: "abandoned", error: lost.error };
  if ("refusal" in result) return refuse(engine, attempt, result.refusal);
  const failure = "error" in result ? result : undefined;
  const cause = causeOf(engine, attempt, failure);
  switch (classifyCheckpointOutcome(failure, cause)) {
    case "complete":
      return complete(engine, attempt, "output" in result ? result.output : undefined);
    case "leaveRunning":
      return end(engine, attempt, (c) => c.release?.(attempt.state), {
        kind: "released",
        error: cause,
      });
    case "fail":
      return fail(engine, attempt, failure?.error);
  }
}

/** How this attempt lost its run to another owner, if it did. */
function ownershipLost({ start, ownership }: Attempt): { readonly error: unknown } | undefined {
  if (ownership.lost !== undefined) return ownership.lost;
  const reason: unknown = start.checkpointer?.signal?.reason;
  return isExecutusError(reason, "EXECUTUS_FENCED") ? { error: reason } : undefined;
}

/** Why the attempt was stopped. A call to a closing executor is stopped by the shutdown as well. */
function causeOf(
  engine: Engine,
  { cancellation }: Attempt,
  failure: { readonly error: unknown } | undefined,
): unknown {
  if (cancellation.signal.aborted) return cancellation.signal.reason;
  return comesOfClosing(engine, failure?.error) ? shutdownReason() : undefined;
}

async function complete(engine: Engine, attempt: Attempt, output: unknown): Promise<Exit> {
  let refused: { readonly error: unknown } | undefined;
  const exit = await end(
    engine,
    attempt,
    async (c) => {
      try {
        await c.complete(output, attempt.state);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refused = { error };
      }
    },
    { kind: "completed", output },
  );
  return refused === undefined ? exit : fail(engine, attempt, refused.error);
}

function fail(engine: Engine, attempt: Attempt, error: unknown): Promise<Exit> {
  return end(engine, attempt, (c) => c.fail(error, attempt.state), { kind: "failed", error });
}

async function refuse(engine: Engine, attempt: Attempt, error: ExecutusError): Promise<Exit> {
  const { incarnation } = attempt.start;
  if (incarnation !== undefined) engine.refused.add(incarnation);
  attempt.logger.warn({ err: error }, "A run was left alone: its definition has changed.");
  return end(engine, attempt, (c) => c.release?.(attempt.state), { kind: "refused", error });
}

/** Calls one end of the checkpointer, within its own time limit. */
async function end(
  engine: Engine,
  attempt: Attempt,
  call: (checkpointer: Checkpointer) => Promise<void> | undefined,
  exit: Exit,
): Promise<Exit> {
  const { checkpointer } = attempt.start;
  if (checkpointer === undefined) return exit;
  const { runtime, finaliseTimeoutMs } = engine.settings;
  try {
    await within(runtime, finaliseTimeoutMs, "the end of a run", async () => call(checkpointer));
  } catch (error) {
    if (isExecutusError(error, "EXECUTUS_FENCED")) return { kind: "abandoned", error };
    attempt.logger.warn(
      { err: error, end: exit.kind },
      "The end of a run could not be recorded. Its caller has the result; once its lease is over, another attempt may run.",
    );
  }
  return exit;
}
