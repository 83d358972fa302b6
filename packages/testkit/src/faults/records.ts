import type { JournalRecord } from "@executus/core";
import { type Fault, ofDatabase, ofHandle } from "./fault.ts";

/** Faults of what records hold. */
export const recordFaults: readonly Fault[] = [
  {
    id: "record-numbers-32-bit",
    breaks: "the times of records are kept in 32 bits",
    caughtBy: ["record-fields.numbers"],
    make: keptAs((record) => ({ ...record, at: record.at | 0 })),
  },
  {
    id: "record-numbers-rounded",
    breaks: "the generations of records are kept with 15 digits",
    caughtBy: ["record-fields.numbers"],
    make: keptAs((record) => ({
      ...record,
      generation: Number(record.generation.toPrecision(15)),
    })),
  },
  {
    id: "record-checksum-signed",
    breaks: "checksums come back as signed numbers",
    caughtBy: ["record-fields.checksum"],
    make: keptAs((record) => ({ ...record, checksum: record.checksum | 0 })),
  },
  {
    id: "record-chunks-zero",
    breaks: "a record without a number of chunks comes back with 0 of them",
    caughtBy: ["record-fields.chunks"],
    make: keptAs((record) => ({ ...record, chunks: record.chunks ?? 0 })),
  },
  {
    id: "record-chunks-lost",
    breaks: "the number of chunks does not come back",
    caughtBy: ["record-fields.chunks"],
    make: keptAs((record) => ({ ...record, chunks: undefined })),
  },
  {
    id: "record-types-known",
    breaks: "a type of record that this version does not know becomes another",
    caughtBy: ["record-fields.texts"],
    make: keptAs((record) => ({
      ...record,
      type: /^(begin|save|claim|request|release|complete|fail|reopen)$/.test(record.type)
        ? record.type
        : "save",
    })),
  },
  {
    id: "record-nonces-trimmed",
    breaks: "space around a nonce is lost",
    caughtBy: ["record-fields.texts"],
    make: keptAs((record) => ({ ...record, nonce: record.nonce.trim() })),
  },
  textKept("trimmed", (text) => text.trim()),
  textKept("normalised", (text) => text.normalize("NFC")),
  textKept("as one line ending", (text) => text.replaceAll("\r\n", "\n")),
  textKept("without a byte order mark", (text) => new TextDecoder().decode(Buffer.from(text))),
  textKept("as parsed JSON", parsed),
  bytesKept("without the last one", ["record-data.bytes"], (bytes) => bytes.subarray(0, -1)),
  bytesKept("without zeros at the end", ["record-data.bytes"], (bytes) =>
    Buffer.from(Buffer.from(bytes).toString("latin1").replace(/\0+$/, ""), "latin1"),
  ),
  bytesKept("as UTF-8", ["record-data.bytes"], (bytes) =>
    Buffer.from(Buffer.from(bytes).toString()),
  ),
  bytesKept(
    "as the whole buffer beneath",
    ["record-data.view"],
    (bytes) => new Uint8Array(bytes.buffer.slice(0)),
  ),
  {
    id: "no-bytes-are-text",
    breaks: "no bytes come back as an empty text",
    caughtBy: ["record-data.empty-bytes"],
    make: keptAs((record) => (record.data.length === 0 ? { ...record, data: "" } : record)),
  },
  {
    id: "bytes-as-text",
    breaks: "bytes that are good UTF-8 come back as text",
    caughtBy: ["record-data.kind"],
    make: keptAs((record) => {
      const text = Buffer.from(record.data).toString();
      return Buffer.from(text).equals(Buffer.from(record.data))
        ? { ...record, data: text }
        : record;
    }),
  },
  {
    id: "text-as-bytes",
    breaks: "text comes back as bytes",
    caughtBy: ["record-data.kind", "record-data.text"],
    make: keptAs((record) => ({ ...record, data: Buffer.from(record.data) })),
  },
  {
    id: "records-by-reference",
    breaks: "the store keeps the very bytes that it was handed",
    caughtBy: ["record-data.copies"],
    make: ofDatabase(
      () => new Map<string, JournalRecord>(),
      (store, handed) => ({
        append(journal, record) {
          handed.set(journal, record);
          return store.append(journal, record);
        },
        lastRecord: async (journal) => handed.get(journal) ?? store.lastRecord(journal),
      }),
    ),
  },
  {
    id: "records-given-by-reference",
    breaks: "the store gives out the very bytes that it keeps",
    caughtBy: ["record-data.copies"],
    make: ofDatabase(
      () => new Map<string, JournalRecord>(),
      (store, kept) => ({
        async lastRecord(journal) {
          const record = kept.get(journal) ?? (await store.lastRecord(journal));
          if (record !== undefined) kept.set(journal, record);
          return record;
        },
      }),
    ),
  },
  {
    id: "data-cut-at-64-kib",
    breaks: "data is cut after 65,535 bytes",
    caughtBy: ["record-data.large", "record-data.largest"],
    make: keptAs((record) => ({ ...record, data: record.data.slice(0, 65_535) })),
  },
  {
    id: "data-below-limit",
    breaks: "a record of exactly maxRecordBytes is refused",
    caughtBy: ["record-data.largest"],
    make: ofHandle((store) => ({
      append: async (journal, record) =>
        Buffer.byteLength(record.data) < store.limits.maxRecordBytes &&
        store.append(journal, record),
    })),
  },
];

function keptAs(change: (record: JournalRecord) => JournalRecord): Fault["make"] {
  return ofHandle((store) => ({
    append: (journal, record) => store.append(journal, change(record)),
  }));
}

function textKept(how: string, change: (text: string) => string): Fault {
  return {
    id: `text-${how.toLowerCase().replaceAll(" ", "-")}`,
    breaks: `text is kept ${how}`,
    caughtBy: ["record-data.text"],
    make: keptAs((record) =>
      typeof record.data === "string" ? { ...record, data: change(record.data) } : record,
    ),
  };
}

function bytesKept(
  how: string,
  caughtBy: readonly string[],
  change: (bytes: Uint8Array) => Uint8Array,
): Fault {
  return {
    id: `bytes-${how.toLowerCase().replaceAll(" ", "-")}`,
    breaks: `bytes are kept ${how}`,
    caughtBy,
    make: keptAs((record) =>
      typeof record.data === "string" ? record : { ...record, data: change(record.data) },
    ),
  };
}

function parsed(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
