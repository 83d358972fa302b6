import { crc32 } from "node:zlib";
import { ExecutusError } from "../errors.ts";
import { expectObject, expectOneOf, expectPositiveInteger, unexpected } from "../expect.ts";
import { attemptsOf } from "../journal/fold.ts";
import type { Journal } from "../journal/journal.ts";
import type { RunRow, RunStatus } from "../store.ts";

/** Statuses that a run can be seen in. */
export type VisibleStatus = Exclude<RunStatus, "deleting">;

/** A run in short, as a listing shows it. The listing may lag behind. */
export interface RunSummary {
  readonly id: string;
  readonly definition: string;
  readonly version: string;
  readonly queue: string;
  readonly status: VisibleStatus;
  /** Of the failure; `""` otherwise. */
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** All that is recorded of a run. */
export interface RunView extends RunSummary {
  /** How many times it has been driven. */
  readonly attempt: number;
  readonly input: unknown;
  /** Of a loop: turns that have ended. */
  readonly turns: number;
  /** Names of the phases that have ended, in order. */
  readonly completedPhases: readonly string[];
  /** Whether someone has asked for its cancellation. */
  readonly cancelAsked: boolean;
  readonly deadline: number | undefined;
  /** Of a completed run. */
  readonly output?: unknown;
  /** Of a failed run: as it was recorded. */
  readonly error?: unknown;
}

export interface ListOptions {
  /** @default all */
  readonly status?: VisibleStatus | undefined;
  /** Runs on one page, at the most. @default 100 */
  readonly limit?: number | undefined;
  /** That of the page before this one. */
  readonly cursor?: string | undefined;
}

/** One page of runs, oldest first within a status. The last page has no cursor; any page may be short. */
export interface RunList {
  readonly runs: readonly RunSummary[];
  readonly cursor: string | undefined;
}

const statuses: readonly VisibleStatus[] = ["active", "completed", "failed"];

/** Reads a run whole. */
export async function getRun(journal: Journal, id: string): Promise<RunView | undefined> {
  const stored = await journal.read(id);
  if (stored === undefined) return undefined;
  const { row, run } = stored;
  const { end } = run;
  return {
    ...summaryOf(row, end?.status ?? "active"),
    code: end?.status === "failed" ? end.code : "",
    attempt: attemptsOf(run).attempts,
    input: run.input,
    turns: run.turns,
    completedPhases: run.completedPhases.map(({ name }) => name),
    cancelAsked: run.cancelAsked,
    deadline: run.deadline,
    ...(end?.status === "completed" && { output: end.output }),
    ...(end?.status === "failed" && { error: end.error }),
  };
}

function summaryOf(row: RunRow, status: VisibleStatus): RunSummary {
  const { id, definition, version, queue, code, createdAt, updatedAt } = row;
  return { id, definition, version, queue, status, code, createdAt, updatedAt };
}

/** One page of runs. Without a status, one status after the other. @throws {TypeError} `EXECUTUS_INVALID_CURSOR` */
export async function listRuns(journal: Journal, options: ListOptions = {}): Promise<RunList> {
  expectObject("the options of list", options, "an object such as { status }");
  const { limit = 100, status } = options;
  expectPositiveInteger('"limit"', limit);
  expectOneOf('"status"', status, statuses);
  const runs: RunSummary[] = [];
  let place: Place | undefined = readCursor(options.cursor, status);
  while (place !== undefined && runs.length < limit) {
    const { status: listed, cursor }: Place = place;
    const page = await journal.list({ status: listed, limit: limit - runs.length, cursor });
    for (const row of page.runs) runs.push(summaryOf(row, listed));
    place =
      page.cursor === undefined
        ? placeAfter(listed, status)
        : { status: listed, cursor: page.cursor };
  }
  return { runs, cursor: place && writeCursor(place) };
}

/** Where a listing goes on. */
interface Place {
  readonly status: VisibleStatus;
  readonly cursor: string | undefined;
}

function placeAfter(listed: VisibleStatus, only: VisibleStatus | undefined): Place | undefined {
  const next = only === undefined ? statuses[statuses.indexOf(listed) + 1] : undefined;
  return next && { status: next, cursor: undefined };
}

/** With a checksum, so that a cursor that is none is refused here, and not by the store. */
function writeCursor({ status, cursor }: Place): string {
  const place = JSON.stringify([status, cursor ?? null]);
  return Buffer.from(JSON.stringify([crc32(place), place])).toString("base64url");
}

function readCursor(text: unknown, status: VisibleStatus | undefined): Place {
  if (text === undefined) return { status: status ?? "active", cursor: undefined };
  if (typeof text !== "string") throw unexpected('"cursor"', "text", text);
  const [checksum, place] = parseList(Buffer.from(text, "base64url").toString());
  const whole = typeof place === "string" && crc32(place) === checksum;
  const [found, cursor] = whole ? parseList(place) : [];
  const known = statuses.find((each) => each === found);
  if (known === undefined || (status !== undefined && known !== status)) {
    throw new ExecutusError(
      "EXECUTUS_INVALID_CURSOR",
      "The cursor is not that of the page before, of a list with the same status. Begin again without one.",
    );
  }
  return { status: known, cursor: typeof cursor === "string" ? cursor : undefined };
}

function parseList(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
