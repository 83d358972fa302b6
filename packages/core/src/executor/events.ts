import type { OpenedRecord } from "../journal/format.ts";
import type { AttemptMark } from "../journal/attempts.ts";
import { countAttempts } from "../journal/attempts.ts";
import { number, readBeginning, readDelta } from "../journal/fields.ts";

/** What happens in a run. `at` is in milliseconds since the epoch, by the clock of who recorded it. */
export type RunEvent = RecordedEvent | LiveEvent;

/**
 * Events that the run's journal tells, from its first record on, to whoever listens whenever: the same to each, in the same
 * order. Only they have a `position`, from 1: `events({ after: position })` goes on after it, also in another process.
 */
export type RecordedEvent = Recorded & { readonly position: number };

/** A recorded event before it has a position. */
export type Recorded =
  | {
      readonly type: "begun";
      readonly at: number;
      readonly definition: string;
      readonly version: string;
    }
  | { readonly type: "attempt"; readonly at: number; readonly attempt: number }
  | {
      readonly type: "phase-completed";
      readonly at: number;
      readonly name: string;
      readonly index: number;
      readonly output: unknown;
    }
  | {
      /** A turn of a loop ended, or an agent's model answered; or more than one if saves had failed in between. */
      readonly type: "turn-completed";
      readonly at: number;
      /** Turns that have ended so far. */
      readonly turn: number;
      /** What they appended. */
      readonly messages: readonly unknown[];
    }
  | {
      /** The tools that an agent's model had called gave their results. */
      readonly type: "tools-completed";
      readonly at: number;
      /** The number of the answer that called them. */
      readonly turn: number;
      readonly messages: readonly unknown[];
    }
  | { readonly type: "cancel-asked" | "released" | "reopened"; readonly at: number }
  | { readonly type: "ended"; readonly at: number; readonly status: "completed" | "failed" };

/** Events that only the driving process tells, as they happen. A slow reader loses the oldest. */
export type LiveEvent =
  | {
      readonly type: "phase-started";
      readonly at: number;
      readonly name: string;
      readonly index: number;
      readonly attempt: number;
    }
  | {
      readonly type: "turn-started";
      readonly at: number;
      readonly turn: number;
      readonly attempt: number;
    }
  | {
      readonly type: "tool-started";
      readonly at: number;
      readonly turn: number;
      readonly toolCallId: string;
      readonly toolName: string;
      /** As the model gave it. */
      readonly input: unknown;
      readonly attempt: number;
    }
  | { readonly type: "report"; readonly at: number; readonly data: unknown };

/** Turns records into events, in their order. */
export class RecordTranslator {
  readonly #id: string;
  readonly #marks: AttemptMark[] = [];
  #turns = 0;
  #messages = 0;
  #outputs = 0;
  #position = 0;

  constructor(id: string) {
    this.#id = id;
  }

  translate(opened: OpenedRecord): RecordedEvent[] {
    return this.#eventsOf(opened).map((event) => {
      this.#position += 1;
      return { ...event, position: this.#position };
    });
  }

  #eventsOf(opened: OpenedRecord): Recorded[] {
    const { record, control } = opened;
    const { at } = record;
    switch (record.type) {
      case "begin":
        return [this.#begun(opened)];
      case "claim":
        return [this.#attempt(opened)];
      case "request":
        return control["kind"] === "cancel" ? [{ type: "cancel-asked", at }] : [];
      case "reopen":
        return [{ type: "reopened", at }];
      case "release":
        return [...this.#progress(opened), { type: "released", at }];
      case "complete":
        return [...this.#progress(opened), { type: "ended", at, status: "completed" }];
      case "fail":
        return [...this.#progress(opened), { type: "ended", at, status: "failed" }];
      default:
        return this.#progress(opened);
    }
  }

  #begun(opened: OpenedRecord): Recorded {
    const { definition, version } = readBeginning(this.#id, opened);
    this.#marks.push({ type: "begin" });
    return { type: "begun", at: opened.record.at, definition, version };
  }

  #attempt(opened: OpenedRecord): Recorded {
    const { record, control } = opened;
    const { generation } = record;
    const seen = number(this.#id, opened, control["seen"]);
    this.#marks.push({ type: "claim", generation, seen });
    return { type: "attempt", at: record.at, attempt: countAttempts(this.#marks).attempts };
  }

  #progress(opened: OpenedRecord): Recorded[] {
    const { at } = opened.record;
    const before = { messages: this.#messages, turns: this.#turns, outputs: this.#outputs };
    const { messages, turns, outputs } = readDelta(this.#id, opened, before);
    this.#messages += messages.length;
    this.#outputs += outputs.length;
    const events: Recorded[] = outputs.map((output) => ({
      type: "phase-completed",
      at,
      ...output,
    }));
    if (turns !== undefined && turns !== this.#turns) {
      this.#turns = turns;
      events.push({ type: "turn-completed", at, turn: turns, messages });
    } else if (messages.length > 0) {
      events.push({ type: "tools-completed", at, turn: this.#turns, messages });
    }
    return events;
  }
}
