import type { PhaseOutput } from "../checkpointer.ts";
import { corruptRecord } from "./format.ts";
import type { OpenedRecord } from "./format.ts";

/** What a record carries of the run's progress. */
export interface Delta {
  readonly messages: readonly unknown[];
  readonly turns: number | undefined;
  readonly outputs: readonly PhaseOutput[];
}

/** What a record's payload carries of the run's progress. */
export function readDelta(id: string, opened: OpenedRecord, payload: object): Delta {
  const { messages = [], turns, outputs = [] } = payload as Record<string, unknown>;
  if (!Array.isArray(messages) || !Array.isArray(outputs)) throw damaged(id, opened);
  return {
    messages,
    turns: optionalNumber(id, opened, turns),
    outputs: outputs.map((output: unknown): PhaseOutput => {
      if (typeof output !== "object" || output === null) throw damaged(id, opened);
      const { name, index, output: value } = output as Record<string, unknown>;
      if (typeof name !== "string") throw damaged(id, opened);
      return { name, index: number(id, opened, index), output: value };
    }),
  };
}

/** The error of a record that does not hold what its type says. */
export function damaged(id: string, { record }: OpenedRecord): Error {
  return corruptRecord(id, record.seq, "does not hold what its type says");
}

/** A field of the control line that must be text. */
export function text(id: string, opened: OpenedRecord, field: string): string {
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
