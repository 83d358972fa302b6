import { crc32 } from "node:zlib";
import type { JournalRecord } from "@executus/core";

/** A record without a payload that somebody else puts into a journal, with these fields in its control line. */
export function foreignRecord(
  journal: string,
  record: Pick<JournalRecord, "seq" | "type" | "generation"> & Partial<JournalRecord>,
  control: object = {},
): JournalRecord {
  const data = `${JSON.stringify({ v: 1, codec: "", ...control })}\n`;
  return { nonce: "foreign", at: 0, data, checksum: crc32(data, crc32(journal)), ...record };
}
