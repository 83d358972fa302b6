import { ExecutusError } from "../errors.ts";
import type { RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { controlRecord, fillSlot } from "./context.ts";
import { readBegin } from "./read.ts";
import {
  inspect,
  markDeleting,
  neverHeldStill,
  remove,
  reopenPatch,
  retrying,
  updateRow,
} from "./inspect.ts";
import type { Inspection } from "./inspect.ts";

/** The error of a verb that needs a run. */
export function notFoundError(id: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_RUN_NOT_FOUND",
    `There is no run with the id "${id}". Check the id, or begin it with run.`,
    {
      runId: id,
    },
  );
}

type Step<T> = (found: Inspection) => Promise<T | undefined>;

/** Inspects a run and takes one step, again and again until the step was not overtaken. */
async function settled<T extends object | string | boolean>(
  context: JournalContext,
  id: string,
  step: Step<T>,
): Promise<T> {
  const result = await retrying(context, async () => step(await inspect(context, id)));
  if (result === undefined) throw neverHeldStill(id);
  return result;
}

/** Asks for a run's cancellation. @returns once the request is durable: whether there was anything to cancel. */
export function requestCancel(context: JournalContext, id: string): Promise<"requested" | "ended"> {
  return settled(context, id, async (found) => {
    if (found.kind === "missing") throw notFoundError(id);
    if (found.kind === "ended") return "ended";
    const { generation, seq } = found.last;
    const { incarnation } = found.row;
    const { record } = controlRecord(context, incarnation, "request", generation, {
      kind: "cancel",
    });
    const won = await fillSlot(context, incarnation, { ...record, seq: seq + 1 });
    return won === true ? "requested" : undefined;
  });
}

/**
 * Opens a failed run again, so that it may be claimed. One that is active is left as it is.
 *
 * @throws `EXECUTUS_RUN_NOT_FOUND`, `EXECUTUS_RUN_COMPLETED`
 */
export async function reopen(context: JournalContext, id: string): Promise<void> {
  await settled(context, id, async (found) => {
    if (found.kind === "missing") throw notFoundError(id);
    const { row, last } = found;
    if (found.kind === "active") {
      if (last.type !== "reopen" || row.generation >= last.generation) return true;
      // The row of the owner before, whose end may still be on its way to it.
      await updateRow(context, row, reopenPatch(context, last.generation), {
        status: row.status,
        maxGeneration: last.generation - 1,
      });
      return undefined;
    }
    if (last.type === "complete") {
      throw new ExecutusError(
        "EXECUTUS_RUN_COMPLETED",
        `Run "${id}" has completed. Only a failed run can be retried.`,
        { runId: id },
      );
    }
    const generation = last.generation + 1;
    const deadline = await newDeadline(context, row);
    const { record } = controlRecord(context, row.incarnation, "reopen", generation, { deadline });
    const won = await fillSlot(context, row.incarnation, { ...record, seq: last.seq + 1 });
    if (won !== true) return undefined;
    await updateRow(context, row, reopenPatch(context, generation), {
      status: row.status,
      maxGeneration: generation - 1,
    });
    // Looked at again until the row says so.
    return undefined;
  });
}

async function newDeadline(context: JournalContext, row: RunRow): Promise<number | undefined> {
  const begin = await readBegin(context, row);
  const timeoutMs: unknown = begin?.control["timeoutMs"];
  return typeof timeoutMs === "number" ? context.runtime.now() + timeoutMs : undefined;
}

/** Removes a run that has ended. @throws `EXECUTUS_RUN_ACTIVE` */
export function deleteEnded(context: JournalContext, id: string): Promise<boolean> {
  let marked = false;
  return settled(context, id, async (found) => {
    // A mark of unknown fate may have been set all the same, and whoever looked then finished the removal.
    if (found.kind === "missing") return marked;
    if (found.kind === "active") {
      throw new ExecutusError(
        "EXECUTUS_RUN_ACTIVE",
        `Run "${id}" has not ended. Cancel it first, then delete it.`,
        { runId: id, retryable: false },
      );
    }
    marked = true;
    if (!(await markDeleting(context, found.row))) return undefined;
    await remove(context, found.row);
    return true;
  });
}
