import type { Journal } from "../journal/journal.ts";
import { RecordOrder } from "../journal/record-order.ts";
import { isUnreadable } from "../journal/read.ts";
import type { ActiveRun } from "./active.ts";
import type { Engine } from "./engine.ts";
import { RecordTranslator } from "./events.ts";
import type { RecordedEvent, RunEvent } from "./events.ts";
import type { Feed } from "./feed.ts";
import { NextLook } from "./next-look.ts";

/** Yields what is recorded from a place on. Its `place` moves with what it has yielded. */
interface Source {
  /** Names the journal; `undefined` if there is none. */
  readonly incarnation: string | undefined;
  /** How many records have been yielded. */
  place(): number;
  /** Yields recorded events up to and including the record `upTo`, as far as there are any. */
  read(upTo: number): AsyncGenerator<RecordedEvent, void>;
  /** Whether the run is still there. */
  exists(): Promise<boolean>;
}

/**
 * Yields a run's events from its first record on, until it has ended, is deleted, the executor is shut down, or `signal` is
 * aborted.
 */
export async function* tail(
  engine: Engine,
  id: string,
  driven: ActiveRun | undefined,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void> {
  const source =
    driven !== undefined && driven.incarnation === undefined
      ? feedSource(driven.feed)
      : engine.journal && (await journalSource(await engine.journal(), id, engine.closing));
  // Another run may have the id by now.
  if (source === undefined || (driven && driven.incarnation !== source.incarnation)) return;
  let last: RunEvent | undefined;
  for (let run = driven; !signal.aborted; run = undefined) {
    // Before the reading: the run may come to be driven here meanwhile, and even end.
    const next = new NextLook(engine, id, signal);
    try {
      run ??= engine.active.get(id);
      const isHere = run !== undefined && run.incarnation === source.incarnation;
      const events =
        run !== undefined && isHere ? whileDriven(source, run.feed, signal) : source.read(Infinity);
      for await (const event of events) {
        last = event;
        yield event;
        if (signal.aborted) return;
      }
      // Only what is followed by nothing is the end: a run that was retried goes on.
      if (last?.type === "ended" || source.incarnation === undefined) return;
      if (engine.closing.aborted || signal.aborted || !(await source.exists())) return;
      if (!isHere) await next.wait();
    } finally {
      next.stop();
    }
  }
}

/** Records and live events of one drive in this process, each live event after the records that were there before it. */
async function* whileDriven(
  source: Source,
  feed: Feed,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void> {
  const subscription = feed.subscribe();
  const wake = (): void => subscription.notify();
  signal.addEventListener("abort", wake);
  try {
    for (;;) {
      await subscription.news();
      if (signal.aborted) return;
      const { closed, records } = feed;
      for (const { event, after } of subscription.take()) {
        if (after > source.place()) yield* source.read(after);
        yield event;
      }
      // No further: what is live between later records would come after them.
      if (closed || records > source.place()) yield* source.read(closed ? Infinity : records);
      if (closed) return;
    }
  } finally {
    signal.removeEventListener("abort", wake);
    feed.unsubscribe(subscription);
  }
}

function feedSource({ recorded }: Feed): Source {
  let place = 0;
  return {
    incarnation: undefined,
    place: () => place,
    exists: () => Promise.resolve(true),
    async *read(upTo) {
      while (place < Math.min(upTo, recorded.length)) {
        const event = recorded[place];
        place += 1;
        if (event !== undefined) yield { ...event, position: place };
      }
    },
  };
}

async function journalSource(
  journal: Journal,
  id: string,
  closing: AbortSignal,
): Promise<Source | undefined> {
  const found = await journal.inspect(id);
  if (found.kind === "missing") return undefined;
  const { incarnation } = found.row;
  const translator = new RecordTranslator(id);
  const order = new RecordOrder(id);
  let place = 0;
  const exists = async (): Promise<boolean> => {
    const again = await journal.inspect(id);
    return again.kind !== "missing" && again.row.incarnation === incarnation;
  };
  return {
    incarnation,
    place: () => place,
    exists,
    async *read(upTo) {
      try {
        for await (const records of journal.records(id, incarnation, place + 1)) {
          for (const opened of records) {
            order.check(opened);
            const events = translator.translate(opened);
            place = opened.record.seq;
            yield* events;
            if (place >= upTo) return;
          }
        }
      } catch (error) {
        // A shutdown ends the reading, and may have closed the store.
        if (closing.aborted) return;
        // What looks like damage may be a removal under way.
        if (!isUnreadable(error) || (await exists())) throw error;
      }
    },
  };
}
