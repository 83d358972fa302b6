import { expectAtLeast, expectObject, expectSignal } from "../expect.ts";
import type { ActiveRun } from "./active.ts";
import { Cancellation } from "./cancellation.ts";
import type { Engine } from "./engine.ts";
import type { RunEvent } from "./events.ts";
import type { EventsOptions } from "./handle.ts";
import { tail } from "./tail.ts";

/**
 * Lets somebody listen to a run. Unlike with a bare generator, leaving ends the waiting at once, also between two events.
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
  leaving.watch(signal);
  const events = from(after, tail(engine, id, driven, leaving.signal));
  const listener: AsyncIterableIterator<RunEvent> = {
    next: async () => {
      const result = await events.next();
      if (result.done !== true) return result;
      leaving[Symbol.dispose]();
      signal?.throwIfAborted();
      return result;
    },
    return: async () => {
      leaving.abort(undefined);
      leaving[Symbol.dispose]();
      return events.return();
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
