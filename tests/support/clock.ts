import { systemRuntime } from "@executus/core";
import type { Runtime } from "@executus/core";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** A runtime whose time stands still until it is moved, so that no test sleeps. */
export interface TestClock extends Runtime {
  /** Moves time on, firing what is due on the way, each time letting what follows from it happen. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as an administrator would. */
  shiftWallClock(ms: number): void;
  /** How many timers wait. */
  waiting(): number;
  /** Owners whose process is seen to be gone. */
  readonly gone: Set<string>;
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let clocks = 0;

export function testClock(start = 1_800_000_000_000): TestClock {
  let elapsed = 0;
  let shifted = 0;
  const timers = new Set<Timer>();
  const gone = new Set<string>();
  clocks += 1;
  const next = (until: number): Timer | undefined => {
    const due = [...timers].filter(({ at }) => at <= until);
    return due.toSorted((a, b) => a.at - b.at)[0];
  };
  return {
    now: () => start + elapsed + shifted,
    monotonic: () => elapsed,
    timer: (ms, fire) => {
      const timer = { at: elapsed + ms, fire };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    id: systemRuntime.id,
    random: () => 0.5,
    host: { name: `test${clocks}:1:1`, isGone: (owner) => gone.has(owner) },
    gone,
    waiting: () => timers.size,
    shiftWallClock: (ms) => {
      shifted += ms;
    },
    advance: async (ms) => {
      const until = elapsed + ms;
      await settle();
      for (let timer = next(until); timer !== undefined; timer = next(until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.at);
        timer.fire();
        await settle();
      }
      elapsed = until;
      await settle();
    },
  };
}
