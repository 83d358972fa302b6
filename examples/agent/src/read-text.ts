import type { FileHandle } from "node:fs/promises";
import { openInside } from "./confinement.ts";
import { refusalOf } from "./refusal.ts";

/** A part of a file. */
export interface TextPart {
  /** `undefined` if it is no text in UTF-8. */
  readonly text: string | undefined;
  /** Where it begins and ends, in bytes: at whole characters. */
  readonly from: number;
  readonly to: number;
  /** Whether the file ends with it. */
  readonly isLast: boolean;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * Reads at most so many bytes of a file, from a place on.
 *
 * @throws {Refusal} if the path leads to no file inside the root.
 */
export async function readText(
  root: string,
  path: string,
  { from, most }: { readonly from: number; readonly most: number },
): Promise<TextPart> {
  const handle = await openInside(root, path);
  try {
    const { size } = await handle.stat();
    // One byte more tells whether the file goes on: it may have grown, and some have no size.
    const buffer = Buffer.alloc(Math.min(most, Math.max(size - from, 4096)) + 1);
    const read = await fill(handle, buffer, from);
    const isLast = read.length < buffer.length;
    const bytes = isLast ? read : read.subarray(0, -1);
    const begin = from === 0 ? 0 : firstWhole(bytes);
    const text = decode(bytes.subarray(begin), isLast);
    const to = from + begin + Buffer.byteLength(text ?? "");
    const given = from === 0 ? text?.replace(/^\uFEFF/, "") : text;
    return { text: given, from: from + begin, to, isLast, size };
  } catch (error) {
    throw refusalOf(path, error);
  } finally {
    await handle.close();
  }
}

async function fill(handle: FileHandle, buffer: Buffer, from: number): Promise<Buffer> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** Where the first whole character begins. */
function firstWhole(bytes: Buffer): number {
  const first = bytes.subarray(0, 4).findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000);
  if (first !== -1) return first;
  // More of them than any character has are no text.
  return bytes.length < 4 ? bytes.length : 0;
}

/** Up to the last whole character, if the file goes on. */
function decode(bytes: Buffer, isLast: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes, { stream: !isLast });
  } catch {
    return undefined;
  }
}
