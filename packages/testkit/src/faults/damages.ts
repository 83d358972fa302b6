import { type Fault, ofHandle } from "./fault.ts";

/** Faults of bytes that come back as other bytes. */
export const damageFaults: readonly Fault[] = [
  {
    id: "text-damaged",
    breaks: "one letter of a text comes back as another",
    caughtBy: ["record-data.text"],
    make: ofHandle((store) => ({
      append: (journal, record) =>
        store.append(journal, {
          ...record,
          data: typeof record.data === "string" ? record.data.replace("a", "b") : record.data,
        }),
    })),
  },
  {
    id: "bytes-damaged",
    breaks: "one bit in the middle of the bytes of a record is turned round",
    caughtBy: ["record-data.bytes", "record-data.view", "record-data.large", "record-data.largest"],
    make: ofHandle((store) => ({
      append: (journal, record) =>
        store.append(journal, {
          ...record,
          data: typeof record.data === "string" ? record.data : turned(record.data),
        }),
    })),
  },
  {
    id: "chunk-damaged",
    breaks: "one bit in the middle of a chunk is turned round",
    caughtBy: ["chunk-data.bytes", "chunk-data.largest", "large.messages", "large.input"],
    make: ofHandle((store) => ({
      putChunk: (journal, chunk) => store.putChunk(journal, { ...chunk, data: turned(chunk.data) }),
    })),
  },
  {
    id: "bytes-seven-bit",
    breaks: "the highest bit of each byte is lost",
    caughtBy: ["record-data.bytes", "chunk-data.bytes"],
    make: ofHandle((store) => ({
      append: (journal, record) =>
        store.append(journal, {
          ...record,
          data: typeof record.data === "string" ? record.data : sevenBit(record.data),
        }),
      putChunk: (journal, chunk) =>
        store.putChunk(journal, { ...chunk, data: sevenBit(chunk.data) }),
    })),
  },
];

function turned(bytes: Uint8Array): Uint8Array {
  const middle = bytes.length >> 1;
  return bytes.map((byte, i) => (i === middle ? byte ^ 1 : byte));
}

function sevenBit(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte & 0x7f);
}
