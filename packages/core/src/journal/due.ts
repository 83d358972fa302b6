import type { RunRow } from "../store.ts";
import type { JournalContext } from "./context.ts";
import { peekControl } from "./format.ts";
import type { Control } from "./format.ts";
import type { Inspection } from "./inspect.ts";
import type { Observations } from "./observations.ts";

type ActiveRun = Extract<Inspection, { readonly row: RunRow }>;

/** Whether others than its owner may claim a run now. */
export function isDue(
  { runtime }: JournalContext,
  observations: Observations,
  { row, last }: ActiveRun,
): boolean {
  const { host } = runtime;
  const now = runtime.now();
  const { kind, dueAt, owner, leaseMs }: Partial<Control> = peekControl(last) ?? {};
  if (last.type === "reopen") return true;
  if (last.type === "release") return typeof dueAt !== "number" || now >= dueAt;
  if (last.type === "claim" && last.generation > row.generation) {
    // A hand-over is under way: the claimer has not told the row yet.
    if (typeof owner === "string" && host.isGone(owner)) return true;
    const lease = typeof leaseMs === "number" ? leaseMs : 0;
    return observations.lastUnchangedFor(row.id, last) >= lease || now - last.at >= lease;
  }
  if (row.owner === "" && last.type === "request" && kind === "cancel") return true;
  return mayBeDue({ runtime }, observations, row);
}

/** Whether a row looks as if others than its owner may claim its run. */
export function mayBeDue(
  { runtime }: Pick<JournalContext, "runtime">,
  observations: Observations,
  row: RunRow,
): boolean {
  const lease = row.dueAt - row.updatedAt;
  const unchanged = observations.rowUnchangedFor(row);
  if (runtime.now() >= row.dueAt) return true;
  return runtime.host.isGone(row.owner) || (lease > 0 && unchanged >= lease);
}
