import { isExecutusError } from "../errors.ts";
import { isShutdown } from "../outcome.ts";
import type { ActiveRun } from "./active.ts";
import { cancelRun } from "./cancel.ts";
import type { Engine } from "./engine.ts";
import type { RunHandle } from "./handle.ts";
import { listen } from "./listen.ts";

export interface HandleSource {
  /** The drive in this process, if there is one. */
  readonly driven: ActiveRun | undefined;
  readonly begun: boolean;
  /** The result that is waited for already, or what to do when it is first asked for. */
  readonly result: Promise<unknown> | (() => Promise<unknown>);
}

/** Makes the handle of a run. */
export function makeHandle(
  engine: Engine,
  id: string,
  { driven, begun, result }: HandleSource,
): RunHandle<unknown> {
  let asked = false;
  let waited: Promise<unknown> | undefined;
  if (typeof result !== "function") {
    waited = result;
    // Nobody may ever ask for it: that must not bring the process down, and must not pass unseen.
    waited.catch((error: unknown) => {
      if (!asked && !isToldElsewhere(error))
        engine.logger.warn(
          { runId: id, err: error },
          'A run that was started did not complete: see "err". Its handle tells it to whoever asks for the result.',
        );
    });
  }
  return {
    id,
    begun,
    result: () => {
      asked = true;
      waited ??= (result as () => Promise<unknown>)();
      return waited;
    },
    events: (options = {}) => {
      // Who listens sees how it ends.
      asked = true;
      return listen(engine, id, driven, options);
    },
    cancel: () => cancelRun(engine, id, driven),
  };
}

/** A run that goes on elsewhere, or whose failure was recorded, and told, by somebody else. */
function isToldElsewhere(error: unknown): boolean {
  return isShutdown(error) || isExecutusError(error, "EXECUTUS_RUN_FAILED");
}
