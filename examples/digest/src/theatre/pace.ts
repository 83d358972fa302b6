import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Pause } from "../step.ts";

/** How long a phase takes at the least, however many items it has: `rank` long enough to be killed in its middle. */
const phaseMs = 450;
const rankMs = 1_800;

const begun = new Map<string, number>();

/** Goes through the items of a phase at a pace at which one can look on. */
export const paced: Pause = async (phase, done, total) => {
  if (done === 0) begun.set(phase, performance.now());
  const elapsed = performance.now() - (begun.get(phase) ?? 0);
  const due = ((phase === "rank" ? rankMs : phaseMs) * (done + 1)) / (total + 1);
  await (due > elapsed ? sleep(due - elapsed) : nextTurn());
};
