import { jittered, pause } from "../runtime.ts";
import { Cancellation } from "./cancellation.ts";
import type { Engine } from "./engine.ts";

/**
 * Waits until a run that is driven elsewhere is worth another look: for a while, or until it is driven in this process, the
 * executor is closing, or `signal` is aborted.
 */
export async function untilNextLook(
  { settings, closing, awaited }: Engine,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const { runtime, pollMs } = settings;
  const waiting = new Cancellation(runtime);
  const wake = (): void => waiting.abort(null);
  const waiters = awaited.get(id) ?? new Set();
  awaited.set(id, waiters.add(wake));
  try {
    waiting.watch(signal);
    waiting.watch(closing);
    await pause(runtime, jittered(runtime, pollMs), waiting.signal);
  } finally {
    waiters.delete(wake);
    if (waiters.size === 0) awaited.delete(id);
    waiting[Symbol.dispose]();
  }
}
