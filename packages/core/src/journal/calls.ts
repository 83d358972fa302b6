import { ExecutusError, isExecutusError } from "../errors.ts";
import { jittered, pause } from "../runtime.ts";
import type { Runtime } from "../runtime.ts";

/** How a store call is repeated. Times are in milliseconds. */
interface RepeatOptions {
  /** What one try may take before it counts as one that threw. */
  readonly callTimeoutMs: number;
  /** What all tries together may take. */
  readonly limitMs: number;
  /** Shown in errors. */
  readonly what: string;
  /** Whether a try that failed may have changed something. @default true */
  readonly writes?: boolean | undefined;
  /** Once it is aborted, nothing is tried again. */
  readonly signal?: AbortSignal | undefined;
}

const firstPauseMs = 20;
const longestPauseMs = 1000;

/**
 * Repeats a store call until its fate is known: a call that threw, or gave no answer in time, may have been applied.
 *
 * @throws the store's own error if the call was surely not applied and is useless to repeat;
 * else `EXECUTUS_STORE_UNAVAILABLE` once `limitMs` is over. `uncertain` says whether it may have been applied.
 */
export async function untilKnown<T>(
  runtime: Runtime,
  call: () => Promise<T>,
  { callTimeoutMs, limitMs, what, writes = true, signal }: RepeatOptions,
): Promise<T> {
  const end = runtime.monotonic() + limitMs;
  let uncertain = false;
  for (let wait = firstPauseMs; ; wait = Math.min(wait * 2, longestPauseMs)) {
    const left = end - runtime.monotonic();
    try {
      return await within(runtime, Math.max(1, Math.min(callTimeoutMs, left)), what, call);
    } catch (error) {
      const final = isFinal(error);
      if (final && !uncertain) throw error;
      uncertain ||= writes && !final;
      const over = end - runtime.monotonic() <= wait || signal?.aborted === true;
      if (final || over) throw unavailable(what, error, uncertain);
    }
    await pause(runtime, jittered(runtime, wait), signal);
  }
}

/** Whether a store's error says that the call was surely not applied, and is useless to repeat. */
function isFinal(error: unknown): boolean {
  return isExecutusError(error) && !error.retryable;
}

function unavailable(what: string, cause: unknown, uncertain: boolean): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_STORE_UNAVAILABLE",
    `The store did not answer "${what}" in time. Check that it can be reached, then try again.`,
    { cause, uncertain, retryable: true },
  );
}

/** The error of a call that was given up. What it was asked to do may still be done. */
function noAnswer(what: string, ms: number): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_STORE_UNAVAILABLE",
    `"${what}" gave no answer within ${Math.ceil(ms)} ms.`,
    { uncertain: true },
  );
}

/** One call, given up after `ms`. */
export async function within<T>(
  runtime: Runtime,
  ms: number,
  what: string,
  call: () => Promise<T>,
): Promise<T> {
  let cancel: (() => void) | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    cancel = runtime.timer(ms, () => reject(noAnswer(what, ms)));
  });
  try {
    return await Promise.race([call(), timeout]);
  } finally {
    cancel?.();
  }
}
