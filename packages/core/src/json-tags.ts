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

/** A built-in class, and what of its instances is written in their place. */
interface Special {
  readonly name: string;
  represent(value: object): unknown;
}

function base64(value: object): string {
  if (!ArrayBuffer.isView(value)) return Buffer.from(value as ArrayBuffer).toString("base64");
  const { buffer, byteOffset, byteLength } = value;
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function special<T extends object>(
  { prototype, name }: { readonly prototype: T; readonly name: string },
  represent: (value: T) => unknown,
): [unknown, Special] {
  return [prototype, { name, represent }];
}

/** By prototype: a subclass is another class, and would not come back as itself. */
export const specials: ReadonlyMap<unknown, Special> = new Map([
  special(Date, (date: Date) => (Number.isNaN(date.getTime()) ? null : date.toISOString())),
  special(URL, ({ href }: URL) => href),
  special(RegExp, ({ source, flags, lastIndex }: RegExp) => [source, flags, lastIndex]),
  special(Map, (map: Map<unknown, unknown>) => [...map]),
  special(Set, (set: Set<unknown>) => [...set]),
  special(ArrayBuffer, base64),
  special(Buffer, base64),
  ...Object.entries(typedArrays).map(([name, { prototype }]) =>
    special({ prototype, name }, base64),
  ),
]);
