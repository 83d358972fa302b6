import { expectAtLeast, expectObject, expectSignal } from "../expect.ts";
import type { ActiveRun } from "./active.ts";
import { Cancellation } from "./cancellation.ts";
import type { Engine } from "./engine.ts";
import type { RunEvent } from "./events.ts";
import type { EventsOptions } from "./handle.ts";
import { tail } from "./tail.ts";

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Lets somebody listen to a run. Unlike with a bare generator, leaving ends the listening at once, also between two events,
 * and while a store does not answer.
 *
 * @throws {TypeError}
 */
export function listen(
  engine: Engine,
  id: string,
  driven: ActiveRun | undefined,
  options: EventsOptions,
): AsyncIterableIterator<RunEvent> {
  expectObject("the options of events", options, "an object such as { after }");
  const { after = 0, signal } = options;
  expectAtLeast('"after"', after, 0);
  expectSignal('"signal"', signal);
  const leaving = new Cancellation(engine.settings.runtime);
  const events = from(after, tail(engine, id, driven, leaving.signal));
  const left = new Promise<typeof over>((resolve) => {
    leaving.signal.addEventListener("abort", () => resolve(over), { once: true });
  });
  let watches = false;

  const next = async (): Promise<IteratorResult<RunEvent>> => {
    if (!watches) leaving.watch(signal);
    watches = true;
    let result: IteratorResult<RunEvent> = over;
    try {
      if (!leaving.signal.aborted) result = await Promise.race([events.next(), left]);
    } finally {
      if (result.done === true) leaving[Symbol.dispose]();
    }
    if (result.done === true) signal?.throwIfAborted();
    return result;
  };

  const listener: AsyncIterableIterator<RunEvent> = {
    next,
    return: async () => {
      leaving.abort(undefined);
      leaving[Symbol.dispose]();
      // Not waited for: a store that hangs would hold up who wants to leave.
      events.return().catch(() => {});
      return over;
    },
    [Symbol.asyncIterator]: () => listener,
  };
  return listener;
}

/** What comes after a position. */
async function* from(
  after: number,
  events: AsyncIterable<RunEvent>,
): AsyncGenerator<RunEvent, void> {
  let position = 0;
  for await (const event of events) {
    if ("position" in event) ({ position } = event);
    if ("position" in event ? position > after : position >= after) yield event;
  }
}
