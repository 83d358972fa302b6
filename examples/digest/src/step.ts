import { setImmediate as nextTurn } from "node:timers/promises";
import type { RunContext } from "@executus/core";

/** What a phase reports. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

/** What a phase awaits after each item: progress is told, others get their turn, and a phase that is to stop stops. */
export type Step = (done: number, total: number) => Promise<void>;

/** What happens between two items of a phase. */
export type Pause = (phase: string, done: number, total: number) => Promise<void>;

/** Nothing but a turn for others. */
export const noPause: Pause = async () => {
  await nextTurn();
};

/** The step of one phase. */
export function stepOf(
  phase: string,
  { report, signal }: Pick<RunContext<unknown>, "report" | "signal">,
  pause: Pause,
): Step {
  return async (done, total) => {
    signal.throwIfAborted();
    report({ phase, done, total } satisfies Progress);
    await pause(phase, done, total);
  };
}
