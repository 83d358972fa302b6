/** The key that marks an object as standing for something that JSON has no word for. An object with a key of that name is escaped. */
export const tag = "$executus";

/** Members of an error that are not among its own fields. */
export const errorFields: ReadonlySet<string> = new Set(["name", "message", "stack", "cause"]);

/** Error classes that come back as such. */
export const errorClasses: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

interface TypedArrayConstructor {
  readonly prototype: object;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): object;
}

/** Typed arrays by name; their bytes are saved as they lie in memory, little-endian on every platform of Node. */
export const typedArrays: Readonly<Record<string, TypedArrayConstructor>> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};
