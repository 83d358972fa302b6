import { jsonCodec } from "@executus/core";
import type { Chunk, JournalRecord } from "@executus/core";

export type ReadChunks = (journal: string, nonce: string) => readonly Chunk[];

/** What a record carries, each value as text. */
export interface Payload {
  readonly messages: readonly string[];
  readonly turns: number | undefined;
  readonly outputs: readonly { readonly index: number; readonly output: string }[];
  readonly result: string | undefined;
  readonly isEmpty: boolean;
}

interface Decoded {
  readonly messages?: readonly unknown[];
  readonly turns?: number;
  readonly outputs?: readonly { readonly index: number; readonly output: unknown }[];
  readonly result?: unknown;
}

/** A value as text, to be compared with others. */
export function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}

/** The control line of a record. */
export function controlOf({ data }: JournalRecord): Readonly<Record<string, unknown>> {
  const text = typeof data === "string" ? data : Buffer.from(data).toString();
  return JSON.parse(text.split("\n", 1)[0] as string) as Readonly<Record<string, unknown>>;
}

export function payloadOf(journal: string, record: JournalRecord, readChunks: ReadChunks): Payload {
  const decoded = decode(journal, record, readChunks);
  const { messages = [], turns, outputs = [] } = decoded;
  return {
    messages: messages.map(textOf),
    turns,
    outputs: outputs.map(({ index, output }) => ({ index, output: textOf(output) })),
    result: "result" in decoded ? textOf(decoded.result) : undefined,
    isEmpty: Object.keys(decoded).length === 0,
  };
}

function decode(journal: string, record: JournalRecord, readChunks: ReadChunks): Decoded {
  if (controlOf(record)["codec"] === "") return {};
  const { data, nonce, chunks } = record;
  if (chunks !== undefined) {
    const parts = readChunks(journal, nonce).map((chunk) => chunk.data);
    return jsonCodec.decode(Buffer.concat(parts).toString()) as Decoded;
  }
  const text = data as string;
  return jsonCodec.decode(text.slice(text.indexOf("\n") + 1)) as Decoded;
}
