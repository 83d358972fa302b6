import { randomUUID } from "node:crypto";
import { systemHost } from "./host.ts";
import type { Host } from "./host.ts";

/**
 * The outside world of an executor: time, timers, ids, randomness and its process. One may be injected, so that tests
 * never sleep and histories can be repeated.
 */
export interface Runtime {
  /** Wall-clock time in milliseconds since the epoch. Decides only *when* something is tried. */
  now(): number;
  /** A clock in milliseconds that never jumps; its zero has no meaning. */
  monotonic(): number;
  /**
   * Calls `fire` once after `ms` milliseconds. `background: true` says that waiting for it is no reason to keep the
   * process alive. @returns a function that calls it off.
   */
  timer(ms: number, fire: () => void, options?: TimerOptions): () => void;
  /** A new id that nobody has had before: well-formed, 1 to 40 characters of `A-Z a-z 0-9 - _`. */
  id(): string;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  /** Names this process, and tells whether another one is gone. */
  readonly host: Host;
}

export interface TimerOptions {
  readonly background?: boolean | undefined;
}

/** The longest delay that `setTimeout` takes; longer ones would fire at once. */
const longestDelay = 2 ** 31 - 1;

function systemTimer(ms: number, fire: () => void, options: TimerOptions = {}): () => void {
  let handle: NodeJS.Timeout;
  const arm = (left: number): void => {
    handle = setTimeout(
      () => (left > longestDelay ? arm(left - longestDelay) : fire()),
      Math.min(left, longestDelay),
    );
    if (options.background === true) handle.unref();
  };
  arm(Math.max(0, ms));
  return () => clearTimeout(handle);
}

/** The real world. */
export const systemRuntime: Runtime = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer: systemTimer,
  id: () => randomUUID(),
  random: () => Math.random(),
  host: systemHost,
};

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
export function pause(
  runtime: Runtime,
  ms: number,
  signal?: AbortSignal,
  options?: TimerOptions,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = runtime.timer(ms, done, options);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** `ms`, moved at random by up to a quarter either way, so that processes do not act in step. */
export function jittered(runtime: Runtime, ms: number): number {
  return ms * (0.75 + runtime.random() / 2);
}
