import { EventSourceParserStream } from "eventsource-parser/stream";
import { onTestFinished } from "vitest";

interface Told {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A client of a stream of Server-Sent Events. */
export interface EventSource {
  readonly response: Response;
  readonly comments: readonly string[];
  /** The id that this client would come again with. */
  readonly lastEventId: string;
  /** Reads up to and including an event. @returns what was read */
  until(event: string, fits?: (data: Told["data"]) => boolean): Promise<readonly Told[]>;
  /** Reads until the stream has ended. @returns what was read */
  rest(): Promise<readonly Told[]>;
  /** Goes away. */
  leave(): void;
}

export async function openEvents(url: string, lastEventId?: string): Promise<EventSource> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(url, {
    headers: lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId },
    signal: leaving.signal,
  });
  const comments: string[] = [];
  const parser = new EventSourceParserStream({
    onError: "terminate",
    onComment: (comment) => comments.push(comment),
  });
  const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(parser).values();
  let last = lastEventId ?? "";

  async function next(): Promise<Told | undefined> {
    const step = await events?.next();
    if (step === undefined || step.done === true) return undefined;
    const { event, id, data } = step.value;
    last = id ?? last;
    return { event, id, data: JSON.parse(data) as Told["data"] };
  }

  return {
    response,
    comments,
    get lastEventId() {
      return last;
    },
    until: async (event, fits = () => true) => {
      const read: Told[] = [];
      for (;;) {
        const told = await next();
        if (told === undefined) throw new Error(`The stream ended before "${event}".`);
        read.push(told);
        if (told.event === event && fits(told.data)) return read;
      }
    },
    rest: async () => {
      const read: Told[] = [];
      for (let told = await next(); told !== undefined; told = await next()) read.push(told);
      return read;
    },
    leave: () => leaving.abort(),
  };
}
