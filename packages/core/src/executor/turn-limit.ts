import { ExecutusError } from "../errors.ts";
import type { Attempt } from "./attempt.ts";

/** Lets a loop or an agent begin another turn. @throws `EXECUTUS_TURN_LIMIT` */
export function checkTurnLimit({ state, start }: Attempt, maxTurns: number): void {
  if (state.turns - (start.since?.turns ?? 0) < maxTurns) return;
  const { id } = start.info;
  throw new ExecutusError(
    "EXECUTUS_TURN_LIMIT",
    `Run "${id}" has not ended within its limit of ${maxTurns} turns. Raise "maxTurns", or mend what keeps it from ending, then call retry.`,
    { runId: id },
  );
}
