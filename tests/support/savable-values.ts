/** Values of every kind that may be saved, at random. */
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";

/** Keys that mean something to a language, a database or the codec. */
const keys: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "",
    "__proto__",
    "constructor",
    "toString",
    "$executus",
    "value",
    "$where",
    "a.b",
  ),
  fc.constantFrom(
    "length",
    "0",
    "-1",
    "1e3",
    "name",
    "message",
    "stack",
    "cause",
    "errors",
    "then",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
);

/** Any text, of any code units: lone surrogates and NUL too. */
const texts: Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom("\ud800", "\udc00\ud800", "\0", '{"$executus":"undefined"}', "\u2028", "\ufeff"),
);

const bytes: Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 40 });

/** Part of a larger buffer, so that what lies beside it would be noticed. */
function ofBytes<T>(size: number, make: (buffer: ArrayBuffer, at: number, length: number) => T) {
  return bytes.map((content) => {
    const whole = new Uint8Array(content.length + 3 * size);
    whole.fill(0xaa);
    whole.set(content, size);
    return make(whole.buffer, size, Math.floor(content.length / size));
  });
}

const binaries: Arbitrary<unknown> = fc.oneof(
  bytes,
  bytes.map((content) => Buffer.from(content)),
  bytes.map((content) => Uint8Array.from(content).buffer),
  ofBytes(1, (buffer, at, length) => new Int8Array(buffer, at, length)),
  ofBytes(1, (buffer, at, length) => new Uint8ClampedArray(buffer, at, length)),
  ofBytes(2, (buffer, at, length) => new Int16Array(buffer, at, length)),
  ofBytes(2, (buffer, at, length) => new Uint16Array(buffer, at, length)),
  ofBytes(4, (buffer, at, length) => new Int32Array(buffer, at, length)),
  ofBytes(4, (buffer, at, length) => new Uint32Array(buffer, at, length)),
  ofBytes(4, (buffer, at, length) => new Float32Array(buffer, at, length)),
  ofBytes(8, (buffer, at, length) => new Float64Array(buffer, at, length)),
  ofBytes(8, (buffer, at, length) => new BigInt64Array(buffer, at, length)),
  ofBytes(8, (buffer, at, length) => new BigUint64Array(buffer, at, length)),
);

const expressions: Arbitrary<RegExp> = fc
  .tuple(
    fc.constantFrom("", "a+", "/", "[/]", "\\n", "(?<x>é)", "\\u{1f600}"),
    fc.constantFrom(0, 3, -1, 1.5, -0),
  )
  .chain(([source, at]) =>
    fc.constantFrom("", "g", "giu", "y", "dms").map((flags) => {
      const expression = new RegExp(source, flags);
      expression.lastIndex = at;
      return expression;
    }),
  );

/** What has no values in it. */
const simpleValues: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, undefined, true, false, -0, Number.NaN, Infinity, -Infinity),
  fc.double(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  texts,
  fc.date({ noInvalidDate: false }),
  fc.webUrl().map((url) => new URL(url)),
  expressions,
  binaries,
);

const errorClasses = [Error, TypeError, RangeError, SyntaxError, URIError, EvalError] as const;

/** Something with values in it. */
function holding(values: Arbitrary<unknown>): Arbitrary<unknown> {
  const members = fc.array(fc.tuple(keys, values), { maxLength: 4 });
  return fc.oneof(
    fc.array(values, { maxLength: 4 }),
    members.map((entries) => defined({}, entries)),
    members.map((entries) => defined(Object.create(null) as object, entries)),
    fc.array(fc.tuple(values, values), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(values, { maxLength: 3 }).map((items) => new Set(items)),
    fc.array(fc.option(values, { nil: hole }), { maxLength: 5 }).map(sparse),
    errors(values, members),
    fc
      .tuple(fc.array(values, { maxLength: 2 }), texts)
      .map(([inner, message]) => new AggregateError(inner, message)),
  );
}

function errors(
  values: Arbitrary<unknown>,
  members: Arbitrary<[string, unknown][]>,
): Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...errorClasses), texts, fc.option(values, { nil: hole }), members)
    .map(([Class, message, cause, fields]) => {
      const error = cause === hole ? new Class(message) : new Class(message, { cause });
      // Other names are no fields of its own.
      const own = /^(name|message|stack|cause)$/;
      return defined(
        error,
        fields.filter(([key]) => !own.test(key)),
      );
    });
}

const hole = Symbol("hole");

/** An array in which some places are empty, and perhaps the last one. */
function sparse(items: readonly unknown[]): unknown[] {
  const array: unknown[] = [];
  array.length = items.length;
  for (const [i, item] of items.entries()) if (item !== hole) array[i] = item;
  return array;
}

/** Sets members whatever their keys: `__proto__` too. */
export function defined<T extends object>(
  target: T,
  entries: readonly (readonly [string, unknown])[],
): T {
  for (const [key, value] of entries) {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return target;
}

export const savableValues: Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, simpleValues, holding(tie("value"))),
})).value;
