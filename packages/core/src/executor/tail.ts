import type { Journal } from "../journal/journal.ts";
import { jittered, pause } from "../runtime.ts";
import type { ActiveRun } from "./active.ts";
import type { Engine } from "./engine.ts";
import { RecordTranslator } from "./events.ts";
import type { RecordedEvent, RunEvent } from "./events.ts";
import type { Feed, Placed, Subscription } from "./feed.ts";

/** Yields what is recorded from a place on. Its `place` moves with what it has yielded. */
interface Source {
  /** How many records have been yielded. */
  place(): number;
  /** Yields recorded events up to and including the record `upTo`, as far as there are any. */
  read(upTo: number): AsyncGenerator<RecordedEvent, void>;
  /** Whether the run is still there. */
  exists(): Promise<boolean>;
}

/** Yields a run's events from its first record on, until it ends, is deleted, or the executor is shut down. */
export async function* tail(
  engine: Engine,
  id: string,
  driven: ActiveRun | undefined,
): AsyncGenerator<RunEvent, void> {
  const { runtime, pollMs } = engine.settings;
  const source =
    driven !== undefined && !driven.journaled
      ? feedSource(driven.feed)
      : engine.journal && (await journalSource(await engine.journal(), id));
  if (source === undefined) return;
  let run = driven;
  for (;;) {
    run ??= engine.active.get(id);
    if (run !== undefined) {
      for await (const event of whileDriven(source, run.feed)) {
        yield event;
        if (event.type === "ended") return;
      }
      if (!run.journaled) return;
      run = undefined;
    }
    for await (const event of source.read(Infinity)) {
      yield event;
      if (event.type === "ended") return;
    }
    if (engine.closing.aborted || !(await source.exists())) return;
    await pause(runtime, jittered(runtime, pollMs), engine.closing);
  }
}

/** Records and live events of one drive in this process, each live event after the records that were there before it. */
async function* whileDriven(source: Source, feed: Feed): AsyncGenerator<RunEvent, void> {
  const subscription: Subscription = feed.subscribe();
  try {
    for (;;) {
      await subscription.news();
      const { closed } = feed;
      for (const { event, after } of subscription.take() as readonly Placed[]) {
        if (after > source.place()) yield* source.read(after);
        yield event;
      }
      yield* source.read(Infinity);
      if (closed) return;
    }
  } finally {
    feed.unsubscribe(subscription);
  }
}

function feedSource({ recorded }: Feed): Source {
  let place = 0;
  return {
    place: () => place,
    exists: () => Promise.resolve(true),
    async *read(upTo) {
      while (place < Math.min(upTo, recorded.length)) {
        const event = recorded[place];
        place += 1;
        if (event !== undefined) yield event;
      }
    },
  };
}

async function journalSource(journal: Journal, id: string): Promise<Source | undefined> {
  const found = await journal.inspect(id);
  if (found.kind === "missing") return undefined;
  const { incarnation } = found.row;
  const translator = new RecordTranslator(id);
  let place = 0;
  return {
    place: () => place,
    exists: async () => (await journal.inspect(id)).kind !== "missing",
    async *read(upTo) {
      for await (const opened of journal.records(id, incarnation, place + 1)) {
        const events = translator.translate(opened);
        place = opened.record.seq;
        yield* events;
        if (place >= upTo) return;
      }
    },
  };
}
