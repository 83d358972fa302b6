import { expectObject, unexpected } from "./expect.ts";
import { decodeJson } from "./json-decode.ts";
import { encodeJson } from "./json-encode.ts";

/** Turns values into what a record holds, and back. A run is read by the codec whose name its records carry. */
export interface Codec {
  /** Recorded with each record: what another codec wrote is never decoded by this one. */
  readonly name: string;
  /**
   * Encodes a value. Text must be well-formed and free of NUL; a codec that cannot promise that returns bytes.
   *
   * @throws {@link NotSerializableError} (`EXECUTUS_NOT_SERIALIZABLE`, or `EXECUTUS_TOO_LARGE` past `maxBytes`) with the
   * path of the value that cannot be saved. Nothing is ever changed silently.
   */
  encode(value: unknown, limits: { readonly maxBytes: number }): string | Uint8Array;
  /**
   * Decodes what {@link Codec.encode} made: text comes as text, bytes as bytes. Runs no code of the data's.
   *
   * @throws `EXECUTUS_CORRUPT_RECORD` for what it cannot have written, `EXECUTUS_UNSUPPORTED_FORMAT` for what a newer one may have.
   */
  decode(data: string | Uint8Array): unknown;
}

/**
 * JSON text, extended: `undefined`, `NaN`, `±Infinity`, `-0`, `bigint`, `Date`, `URL`, `RegExp`, `Map`, `Set`, `Buffer`,
 * `ArrayBuffer`, typed arrays, `Error`, sparse arrays and objects without a prototype come back as they were, whatever
 * their keys. Functions, symbols, class instances, accessors, promises and cycles are refused.
 */
export const jsonCodec: Codec = {
  name: "json",
  encode(value, limits) {
    expectObject("the limits of encode", limits, "an object such as { maxBytes }");
    const { maxBytes } = limits;
    // Infinity is one too.
    if (typeof maxBytes !== "number" || !(maxBytes >= 0)) {
      throw unexpected('"maxBytes"', "a number of at least 0", maxBytes);
    }
    return encodeJson(value, maxBytes);
  },
  decode: decodeJson,
};
