import { describe, expect, test } from "vitest";
import { jsonCodec } from "../src/codec.ts";
import { draftRecord, readControl, recordOpener } from "../src/journal/format.ts";
import type { JournalRecord } from "../src/store.ts";

const header = { journal: "j", type: "save", generation: 1, nonce: "n", at: 0 };
const payload = { codec: "json", data: '{"messages":["é"]}' };
const record: JournalRecord = { ...draftRecord(header, {}, payload, 1_000_000).record, seq: 7 };

const failure = (open: () => unknown): unknown => {
  try {
    open();
  } catch (error) {
    return error;
  }
  throw new Error("It was opened.");
};

describe("a record", () => {
  test("is a line of control, readable without the codec, and the payload", () => {
    expect(record.data).toBe('{"v":1,"codec":"json"}\n{"messages":["é"]}');
    expect(readControl("a", record)).toEqual({ v: 1, codec: "json" });
    expect(recordOpener({ id: "a", incarnation: "j" }, jsonCodec)(record).payload()).toEqual({
      messages: ["é"],
    });
  });

  test("over the store's limit goes into chunks, whose text comes back", () => {
    const { record: head, chunks } = draftRecord(header, {}, payload, 8);
    const whole = { ...head, seq: 7 };

    expect(chunks.length).toBe(head.chunks);
    for (const chunk of chunks) expect(chunk.byteLength).toBeLessThanOrEqual(8);
    const opened = recordOpener({ id: "a", incarnation: "j" }, jsonCodec)(
      whole,
      Buffer.concat(chunks),
    );
    expect(opened.payload()).toEqual({ messages: ["é"] });
  });

  test("of bytes comes back as bytes, whole and in chunks", () => {
    const bytes = new Uint8Array([0, 10, 255]);
    const codec = { name: "raw", encode: () => bytes, decode: (data: unknown) => data };
    const raw = { codec: "raw", data: bytes };

    const whole = { ...draftRecord(header, {}, raw, 1_000_000).record, seq: 1 };
    const { record: head, chunks } = draftRecord(header, {}, raw, 2);
    const cut = { ...head, seq: 1 };

    expect(recordOpener({ id: "a", incarnation: "j" }, codec)(whole).payload()).toEqual(
      Buffer.from(bytes),
    );
    expect(
      recordOpener({ id: "a", incarnation: "j" }, codec)(cut, Buffer.concat(chunks)).payload(),
    ).toEqual(Buffer.from(bytes));
  });

  test("of which one character was changed is CORRUPT_RECORD, with run id and slot, and without its content", () => {
    const data = String(record.data).replace("é", "e");

    const error = failure(() =>
      recordOpener({ id: "run x", incarnation: "j" }, jsonCodec)({ ...record, data }),
    );

    expect(error).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD", runId: "run x" });
    expect((error as Error).message).toMatch(
      /^Record 7 of run "run x" does not match its checksum/,
    );
    expect((error as Error).message).not.toContain("messages");
  });

  test("whose chunk was changed is CORRUPT_RECORD", () => {
    const { record: head, chunks } = draftRecord(header, {}, payload, 8);
    const bytes = Buffer.concat(chunks);
    bytes[3] = 0x78;

    expect(
      failure(() =>
        recordOpener({ id: "a", incarnation: "j" }, jsonCodec)({ ...head, seq: 1 }, bytes),
      ),
    ).toMatchObject({
      code: "EXECUTUS_CORRUPT_RECORD",
    });
  });

  for (const [what, changed] of [
    ["of a newer format", draftRecord(header, { v: 2 }, payload, 1e6).record],
    ["of an unknown type", draftRecord({ ...header, type: "wait" }, {}, payload, 1e6).record],
    ["of another codec", draftRecord(header, {}, { codec: "zstd", data: "x" }, 1e6).record],
  ] as const) {
    test(`${what} is UNSUPPORTED_FORMAT`, () => {
      const error = failure(() =>
        recordOpener({ id: "a", incarnation: "j" }, jsonCodec)({ ...changed, seq: 3 }),
      );
      expect(error).toMatchObject({ code: "EXECUTUS_UNSUPPORTED_FORMAT", runId: "a" });
    });
  }
});
