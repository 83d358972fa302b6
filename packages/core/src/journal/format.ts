import { crc32 } from "node:zlib";
import type { Codec } from "../codec.ts";
import { ExecutusError, isExecutusError } from "../errors.ts";
import type { JournalRecord, RunRef } from "../store.ts";

/**
 * What a record's `data` holds: one line of plain JSON written by the core, outside any codec, then a newline and what
 * the codec made of the payload. So control can be read without the codec, and other codecs can come later.
 */
export interface Control {
  /** The version of this format. */
  readonly v: 1;
  /** The name of the codec that made the payload; `""` if there is none. */
  readonly codec: string;
  /** Whether a payload that lies in chunks is text. */
  readonly text?: boolean | undefined;
  readonly [field: string]: unknown;
}

/** What a record says beside its data, and which journal it is for. */
export interface Header extends Pick<JournalRecord, "type" | "generation" | "nonce" | "at"> {
  readonly journal: string;
}

/** A record before it has a slot: its bytes are fixed, whatever slot it gets. */
export interface Draft {
  readonly record: Omit<JournalRecord, "seq">;
  /** The payload, if it has to go into chunks. */
  readonly chunks: readonly Uint8Array[];
}

/** A part of a record that has been checked. */
export interface OpenedRecord {
  readonly record: JournalRecord;
  readonly control: Control;
  /** Decodes the payload. `undefined` if there is none. */
  payload(): unknown;
}

const knownTypes: ReadonlySet<string> = new Set([
  "begin",
  "save",
  "claim",
  "request",
  "release",
  "complete",
  "fail",
  "reopen",
]);

/** Encodes control fields and payload into a record for a journal, cut into chunks if it is larger than `maxRecordBytes`. */
export function draftRecord(
  { journal, ...header }: Header,
  fields: Readonly<Record<string, unknown>>,
  payload: { readonly codec: string; readonly data: string | Uint8Array } | undefined,
  maxRecordBytes: number,
): Draft {
  const control = { v: 1, codec: payload?.codec ?? "", ...fields };
  const whole = join(`${JSON.stringify(control)}\n`, payload?.data ?? "");
  if (payload === undefined || sizeOf(whole) <= maxRecordBytes) {
    const checksum = checksumOf(crc32(journal), { data: whole }, undefined);
    return { record: { ...header, data: whole, checksum }, chunks: [] };
  }
  const line = JSON.stringify({ ...control, text: typeof payload.data === "string" });
  const bytes = typeof payload.data === "string" ? Buffer.from(payload.data) : payload.data;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += maxRecordBytes) {
    chunks.push(bytes.subarray(at, at + maxRecordBytes));
  }
  const checksum = checksumOf(crc32(journal), { data: line }, bytes);
  return { record: { ...header, data: line, checksum, chunks: chunks.length }, chunks };
}

function join(line: string, data: string | Uint8Array): string | Uint8Array {
  return typeof data === "string" ? line + data : Buffer.concat([Buffer.from(line), data]);
}

function sizeOf(data: string | Uint8Array): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}

/** Says which record is damaged, and nothing of what it holds. */
export function corruptRecord(runId: string, seq: number, what: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_CORRUPT_RECORD",
    `Record ${seq} of run "${runId}" ${what}. Nothing was changed; restore it from a backup, or cancel the run and delete it.`,
    { runId },
  );
}

/** Says that a newer version, or another codec, wrote a record. */
function unsupportedFormat(runId: string, seq: number, what: string): ExecutusError {
  return new ExecutusError(
    "EXECUTUS_UNSUPPORTED_FORMAT",
    `Record ${seq} of run "${runId}" ${what}, which this process cannot read. Run a version, and a codec, that can.`,
    { runId },
  );
}

/** Reads a record's control line alone. Its checksum is not looked at. */
export function readControl(runId: string, record: JournalRecord): Control {
  return splitData(runId, record).control;
}

/** Reads a record's control line if this version can. For hints: what is acted upon is read with {@link readControl}. */
export function peekControl(record: JournalRecord): Control | undefined {
  try {
    return splitData("", record).control;
  } catch {
    return undefined;
  }
}

/**
 * Checks a record of one journal and reads its control line.
 *
 * @param chunks - all chunks of the record, in order, if it has any.
 * @throws `EXECUTUS_CORRUPT_RECORD`, `EXECUTUS_UNSUPPORTED_FORMAT`
 */
export type OpenRecord = (record: JournalRecord, chunks?: Uint8Array) => OpenedRecord;

/** What opens the records of one journal, of which there may be thousands. */
export function recordOpener({ id: runId, incarnation }: RunRef, codec: Codec): OpenRecord {
  const journalSum = crc32(incarnation);
  return (record, chunks) => {
    checkFields(runId, record);
    if (!knownTypes.has(record.type)) {
      throw unsupportedFormat(runId, record.seq, `is of the type "${record.type}"`);
    }
    // Its format first: a newer one may have another checksum.
    const { control, rest } = splitData(runId, record);
    if (checksumOf(journalSum, record, chunks) !== record.checksum) {
      throw corruptRecord(runId, record.seq, "does not match its checksum");
    }
    if (control.codec !== "" && control.codec !== codec.name) {
      throw unsupportedFormat(runId, record.seq, `was written by the codec "${control.codec}"`);
    }
    const data = chunks === undefined ? rest : control.text === true ? decodeText(chunks) : chunks;
    return {
      record,
      control,
      payload: () => (control.codec === "" ? undefined : decodePayload(runId, record, data, codec)),
    };
  };
}

/** Checks the members of a record as a store gave them: what is stored there may be anything. @throws `EXECUTUS_CORRUPT_RECORD` */
export function checkFields(runId: string, record: JournalRecord): void {
  const { seq, type, generation, nonce, at, data, checksum, chunks = 0 } = record;
  const areText = typeof type === "string" && typeof nonce === "string";
  const areNumbers = [seq, generation, at, checksum, chunks].every(Number.isSafeInteger);
  if (areText && areNumbers && (typeof data === "string" || data instanceof Uint8Array)) return;
  throw corruptRecord(runId, seq, "has members of the wrong type");
}

/** Begins with the journal's name: a record that has come into another journal does not match. */
function checksumOf(
  journalSum: number,
  { data }: Pick<JournalRecord, "data">,
  chunks: Uint8Array | undefined,
): number {
  const own = crc32(data, journalSum);
  return chunks === undefined ? own : crc32(chunks, crc32("\n", own));
}

function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function decodePayload(
  runId: string,
  record: JournalRecord,
  data: string | Uint8Array,
  codec: Codec,
): unknown {
  try {
    return codec.decode(data);
  } catch (error) {
    if (isExecutusError(error, "EXECUTUS_UNSUPPORTED_FORMAT")) {
      throw unsupportedFormat(runId, record.seq, "holds a kind of value");
    }
    throw corruptRecord(runId, record.seq, "cannot be decoded");
  }
}

/** Splits a record's data at the first newline: JSON text on one line has none. */
function splitData(
  runId: string,
  record: JournalRecord,
): { control: Control; rest: string | Uint8Array } {
  const { data, seq } = record;
  const end = typeof data === "string" ? data.indexOf("\n") : data.indexOf(0x0a);
  const head = end === -1 ? data : data.slice(0, end);
  const rest =
    end === -1 ? "" : typeof data === "string" ? data.slice(end + 1) : data.subarray(end + 1);
  return {
    control: controlOf(runId, seq, typeof head === "string" ? head : decodeText(head)),
    rest,
  };
}

/** The control line that was read last: nearly all saves of a run have the same one. */
let lastRead: { readonly line: string; readonly control: Control } | undefined;

function controlOf(runId: string, seq: number, line: string): Control {
  if (lastRead?.line === line) return lastRead.control;
  let control: unknown;
  try {
    control = JSON.parse(line);
  } catch {
    throw corruptRecord(runId, seq, "has no control line");
  }
  if (typeof control !== "object" || control === null || !("v" in control)) {
    throw corruptRecord(runId, seq, "has no control line");
  }
  if (control.v !== 1) throw unsupportedFormat(runId, seq, `has the format "${String(control.v)}"`);
  lastRead = { line, control: Object.freeze({ codec: "", ...control, v: 1 }) };
  return lastRead.control;
}
