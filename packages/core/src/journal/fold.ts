import type { PhaseOutput } from "../checkpointer.ts";
import type { JournalContext } from "./context.ts";
import { readRecords } from "./read-records.ts";
import { number, optionalNumber, readBeginning, readDelta } from "./fields.ts";
import type { Beginning } from "./fields.ts";
import { corruptRecord } from "./format.ts";
import type { OpenedRecord } from "./format.ts";
import { RecordOrder } from "./record-order.ts";
import { countAttempts } from "./attempts.ts";
import type { AttemptMark } from "./attempts.ts";

/** How a run ended. */
export type RunEnd =
  | { readonly status: "completed"; readonly output: unknown }
  | {
      readonly status: "failed";
      readonly code: string;
      readonly error: unknown;
      /** What of the run could not be saved. */
      readonly note: string | undefined;
    };

/** Counts from which limits count: those at the last reopening. */
export interface Since {
  readonly turns: number;
  readonly messages: number;
}

/** All that a journal says of its run. */
export interface FoldedRun {
  readonly definition: string;
  readonly version: string;
  readonly queue: string;
  readonly input: unknown;
  readonly createdAt: number;
  readonly timeoutMs: number | undefined;
  deadline: number | undefined;
  readonly history: unknown[];
  turns: number;
  readonly completedPhases: PhaseOutput[];
  since: Since;
  /** Whether someone has asked for cancellation since the last reopening. */
  cancelAsked: boolean;
  end: RunEnd | undefined;
  readonly marks: AttemptMark[];
  /** The last record. */
  last: OpenedRecord;
}

/**
 * Reads a journal from slot 1 and puts together what it says.
 *
 * @returns `undefined` if slot 1 is empty.
 * @throws `EXECUTUS_CORRUPT_RECORD`, `EXECUTUS_UNSUPPORTED_FORMAT`
 */
export async function foldJournal(
  context: JournalContext,
  id: string,
  journal: string,
): Promise<FoldedRun | undefined> {
  let run: FoldedRun | undefined;
  const order = new RecordOrder(id);
  for await (const records of readRecords(context, { id, journal, fromSeq: 1 })) {
    for (const record of records) {
      order.check(record);
      if (run === undefined) run = begun(id, record);
      else take(id, run, record);
    }
  }
  return run;
}

/** Attempts of a folded run, and how many of them failed. */
export function attemptsOf(run: FoldedRun): ReturnType<typeof countAttempts> {
  return countAttempts(run.marks);
}

/** A run of which no more is known than how it began. */
export function beginningOf(
  beginning: Beginning & Pick<FoldedRun, "input" | "createdAt">,
  last: OpenedRecord,
): FoldedRun {
  return {
    ...beginning,
    history: [],
    turns: 0,
    completedPhases: [],
    since: { turns: 0, messages: 0 },
    cancelAsked: false,
    end: undefined,
    marks: [{ type: "begin" }],
    last,
  };
}

function begun(id: string, opened: OpenedRecord): FoldedRun {
  const payload = opened.payload() as { readonly input?: unknown } | null | undefined;
  const createdAt = opened.record.at;
  return beginningOf({ ...readBeginning(id, opened), input: payload?.input, createdAt }, opened);
}

/** Takes in the record after those that `run` is made of. */
function take(id: string, run: FoldedRun, opened: OpenedRecord): void {
  const { record, control } = opened;
  run.last = opened;
  switch (record.type) {
    case "save":
      takeProgress(id, run, opened);
      break;
    case "claim":
      run.marks.push({
        type: "claim",
        generation: record.generation,
        seen: number(id, opened, control["seen"]),
      });
      break;
    case "request":
      run.cancelAsked ||= control["kind"] === "cancel";
      break;
    case "release":
      takeProgress(id, run, opened);
      run.marks.push({ type: "release" });
      break;
    case "complete":
    case "fail":
      run.end = readEnd(run, opened, takeProgress(id, run, opened));
      break;
    case "reopen":
      run.end = undefined;
      run.cancelAsked = false;
      run.deadline = optionalNumber(id, opened, control["deadline"]);
      run.since = { turns: run.turns, messages: run.history.length };
      run.marks.push({ type: "reopen" });
      break;
    default:
      throw corruptRecord(id, record.seq, "cannot stand here");
  }
}

function takeProgress(
  id: string,
  run: FoldedRun,
  opened: OpenedRecord,
): Readonly<Record<string, unknown>> {
  const before = {
    messages: run.history.length,
    turns: run.turns,
    outputs: run.completedPhases.length,
  };
  const { payload, messages, turns, outputs } = readDelta(id, opened, before);
  for (const message of messages) run.history.push(message);
  run.completedPhases.push(...outputs);
  if (turns !== undefined) run.turns = turns;
  if (messages.length + outputs.length > 0 || turns !== undefined) {
    if (run.marks.at(-1)?.type !== "progress") run.marks.push({ type: "progress" });
  }
  return payload;
}

function readEnd(
  run: FoldedRun,
  { record, control }: OpenedRecord,
  payload: Readonly<Record<string, unknown>>,
): RunEnd {
  if (record.type === "complete") {
    // The output of the last phase is the run's, and is not written a second time.
    const output = "result" in payload ? payload["result"] : run.completedPhases.at(-1)?.output;
    return { status: "completed", output };
  }
  const { code } = control;
  const { error, note } = payload;
  return {
    status: "failed",
    code: typeof code === "string" ? code : "",
    error,
    note: typeof note === "string" ? note : undefined,
  };
}
