import { pause } from "../runtime.ts";
import { shutdownReason } from "./engine.ts";
import type { Engine } from "./engine.ts";

/** Resolves when no run is driven, begun or claimed here. */
export async function idle({ active, doors }: Engine): Promise<void> {
  while (active.size > 0 || doors.size > 0) {
    await Promise.all([...[...active.values()].map(({ exit }) => exit), ...doors.values()]);
  }
}

/** Resolves when nothing of this executor will write any more. */
async function ended(engine: Engine): Promise<void> {
  while (engine.active.size > 0 || engine.doors.size > 0 || engine.underway.size > 0) {
    await idle(engine);
    await Promise.all(engine.underway);
  }
}

/** Lets runs end for `graceMs`, then stops them, and waits for all that still writes. */
export async function shutDown(
  engine: Engine,
  closing: AbortController,
  stopping: AbortController,
  graceMs: number,
): Promise<void> {
  const reason = shutdownReason();
  closing.abort(reason);
  const idled = new AbortController();
  void idle(engine).then(() => idled.abort());
  if (graceMs > 0) await pause(engine.settings.runtime, graceMs, idled.signal);
  stopping.abort(reason);
  await ended(engine);
}
