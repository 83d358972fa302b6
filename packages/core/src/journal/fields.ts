import type { PhaseOutput } from "../checkpointer.ts";
import { corruptRecord } from "./format.ts";
import type { OpenedRecord } from "./format.ts";

/** What a record carries of the run's progress. */
export interface Delta {
  /** The whole payload. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly messages: readonly unknown[];
  readonly turns: number | undefined;
  readonly outputs: readonly PhaseOutput[];
}

/** How much of a run's progress the records before one carry. */
export interface Progress {
  readonly messages: number;
  readonly turns: number;
  readonly outputs: number;
}

/** What a record's payload carries of the run's progress, which must go on right where those before it end. */
export function readDelta(id: string, opened: OpenedRecord, before: Progress): Delta {
  const payload = opened.payload() ?? {};
  if (typeof payload !== "object") throw damaged(id, opened);
  const { messages = [], from, turns, outputs = [] } = payload as Record<string, unknown>;
  if (!Array.isArray(messages) || !Array.isArray(outputs)) throw damaged(id, opened);
  if (turns !== undefined && !isCount(turns, before.turns)) throw damaged(id, opened);
  if (messages.length > 0 && from !== before.messages) throw misplaced(id, opened);
  return {
    payload: payload as Record<string, unknown>,
    messages,
    turns,
    outputs: outputs.map((output: unknown, i): PhaseOutput => {
      if (typeof output !== "object" || output === null) throw damaged(id, opened);
      const { name, index, output: value } = output as Record<string, unknown>;
      if (typeof name !== "string") throw damaged(id, opened);
      if (index !== before.outputs + i) throw misplaced(id, opened);
      return { name, index: before.outputs + i, output: value };
    }),
  };
}

function isCount(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}

/** What a run's first record says of it. */
export interface Beginning {
  readonly definition: string;
  readonly version: string;
  readonly queue: string;
  readonly timeoutMs: number | undefined;
  readonly deadline: number | undefined;
}

export function readBeginning(id: string, opened: OpenedRecord): Beginning {
  const { control } = opened;
  return {
    definition: text(id, opened, "definition"),
    version: text(id, opened, "version"),
    queue: text(id, opened, "queue"),
    timeoutMs: optionalNumber(id, opened, control["timeoutMs"]),
    deadline: optionalNumber(id, opened, control["deadline"]),
  };
}

/** The error of a record that does not hold what its type says. */
function damaged(id: string, { record }: OpenedRecord): Error {
  return corruptRecord(id, record.seq, "does not hold what its type says");
}

/** The error of a record that is there twice, or of another run, or follows on one that is lost. */
function misplaced(id: string, { record }: OpenedRecord): Error {
  return corruptRecord(id, record.seq, "does not go on where those before it end");
}

/** A field of the control line that must be text. */
function text(id: string, opened: OpenedRecord, field: string): string {
  const value = opened.control[field];
  if (typeof value !== "string") throw damaged(id, opened);
  return value;
}

/** A value that must be a number. */
export function number(id: string, opened: OpenedRecord, value: unknown): number {
  if (typeof value !== "number") throw damaged(id, opened);
  return value;
}

/** A value that must be a number, if it is there. */
export function optionalNumber(
  id: string,
  opened: OpenedRecord,
  value: unknown,
): number | undefined {
  return value === undefined ? undefined : number(id, opened, value);
}
