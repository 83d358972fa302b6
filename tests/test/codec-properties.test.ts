import { isDeepStrictEqual } from "node:util";
import { isExecutusError, jsonCodec, NotSerializableError } from "@executus/core";
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/properties.ts";
import { defined, savableValues } from "../support/savable-values.ts";

const limits = { maxBytes: 64 * 1024 * 1024 };
const encode = (value: unknown): string => String(jsonCodec.encode(value, limits));

describe("whatever may be saved", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(savableValues, (value) => {
        const text = encode(value);
        const back = jsonCodec.decode(text);

        expect(isDeepStrictEqual(back, value)).toBe(true);
        // What the comparison does not look at: stacks, and what lies in a URL.
        expect(encode(back)).toBe(text);
      }),
      runs(3_000),
    );
  });

  test("is text that every database can hold: well-formed, on one line, without NUL", () => {
    fc.assert(
      fc.property(savableValues, (value) => {
        const text = encode(value);

        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/[\0\n]/);
      }),
      runs(1_000),
    );
  });

  test("is never changed by being encoded", () => {
    fc.assert(
      fc.property(savableValues, (value) => {
        const before = encode(value);

        deepFreeze(value);

        expect(encode(value)).toBe(before);
      }),
      runs(500),
    );
  });
});

/** A value around another one, and where that is. */
type Wrap = (inner: unknown) => { readonly value: unknown; readonly path: (string | number)[] };

const fine: Arbitrary<unknown> = savableValues;

const wraps: Arbitrary<Wrap> = fc.oneof(
  fc.array(fine, { maxLength: 3 }).map((before): Wrap => (inner) => ({
    value: [...before, inner, 1],
    path: [before.length],
  })),
  fc.string({ maxLength: 4 }).map((key): Wrap => (inner) => ({
    value: defined({ before: 1 }, [[`k${key}`, inner]]),
    path: [`k${key}`],
  })),
  fc
    .constantFrom("__proto__", "constructor", "$executus", "", "a b")
    .map((key): Wrap => (inner) => ({
      value: defined(Object.create(null) as object, [[key, inner]]),
      path: [key],
    })),
  fc.constant<Wrap>((inner) => ({
    value: new Map([["a", 1] as const, ["b", inner] as const]),
    path: [1, 1],
  })),
  fc.constant<Wrap>((inner) => ({ value: new Map([[inner, 1]]), path: [0, 0] })),
  fc.constant<Wrap>((inner) => ({ value: new Set([1, inner]), path: [1] })),
  fc.constant<Wrap>((inner) => ({
    value: Object.assign(new Array<unknown>(5), { 3: inner }),
    path: [3],
  })),
  fc.constant<Wrap>((inner) => ({ value: new Error("a", { cause: inner }), path: ["cause"] })),
  fc.constant<Wrap>((inner) => ({
    value: Object.assign(new TypeError("a"), { field: inner }),
    path: ["field"],
  })),
  fc.constant<Wrap>((inner) => ({
    value: new AggregateError([1, inner], "a"),
    path: ["errors", 1],
  })),
);

class Account {
  readonly balance = 1;
}
class Registry extends Map<unknown, unknown> {}
class Items extends Array<unknown> {}

/** Something that cannot be saved, made anew each time. */
interface Unsavable {
  readonly what: string;
  readonly make: () => unknown;
  /** Where in it. */
  readonly at?: readonly string[];
}

const accessor = { get: () => 1, enumerable: true };
const throwing: ProxyHandler<object> = {
  ownKeys() {
    throw new Error("secret");
  },
};

const unsavable: readonly Unsavable[] = [
  { what: "a function", make: () => () => {} },
  { what: "a class", make: () => Account },
  { what: "a symbol", make: () => Symbol("s") },
  { what: "an instance", make: () => new Account() },
  { what: "a promise", make: () => Promise.resolve() },
  { what: "an iterator", make: () => [1][Symbol.iterator]() },
  { what: "a WeakMap", make: () => new WeakMap() },
  { what: "a WeakRef", make: () => new WeakRef({}) },
  { what: "a DataView", make: () => new DataView(new ArrayBuffer(1)) },
  { what: "a SharedArrayBuffer", make: () => new SharedArrayBuffer(1) },
  { what: "a boxed text", make: () => Object("text") as unknown },
  { what: "a subclass of Map", make: () => new Registry() },
  { what: "a subclass of Array", make: () => new Items() },
  { what: "a signal", make: () => new AbortController().signal },
  { what: "an accessor", make: () => Object.defineProperty({}, "a", accessor), at: ["a"] },
  { what: "a hidden member", make: () => Object.defineProperty({}, "a", { value: 1 }), at: ["a"] },
  { what: "a symbol for a key", make: () => ({ [Symbol("s")]: 1 }) },
  { what: "an array with members", make: () => Object.assign([1], { extra: 1 }) },
  { what: "a Date with members", make: () => Object.assign(new Date(0), { zone: "x" }) },
  { what: "a Map with members", make: () => Object.assign(new Map(), { extra: 1 }) },
  { what: "a proxy that throws", make: () => new Proxy({}, throwing) },
];

describe("whatever may not be saved", () => {
  test.each(unsavable)(
    "as $what, is refused with its path, wherever it is",
    ({ make, at = [] }) => {
      fc.assert(
        fc.property(fc.array(wraps, { maxLength: 6 }), (around) => {
          let value = make();
          const path: (string | number)[] = [...at];
          for (const wrap of around) {
            const wrapped = wrap(value);
            value = wrapped.value;
            path.unshift(...wrapped.path);
          }

          const refusal = refusalOf(value);

          expect(refusal.code).toBe("EXECUTUS_NOT_SERIALIZABLE");
          expect(refusal.path).toEqual(path);
          expect(refusal.message).not.toContain("secret");
        }),
        runs(60),
      );
    },
  );

  test("as a cycle, is refused with the path at which it closes", () => {
    fc.assert(
      fc.property(fc.array(wraps, { maxLength: 5 }), (around) => {
        const root: { start?: unknown } = {};
        let value: unknown = root;
        const path: (string | number)[] = [];
        for (const wrap of around) {
          const wrapped = wrap(value);
          value = wrapped.value;
          path.unshift(...wrapped.path);
        }
        root.start = value;

        const refusal = refusalOf(root);

        expect(refusal.path).toEqual(["start", ...path]);
        expect(refusal.message).toContain("cycle");
      }),
      runs(200),
    );
  });

  test("for its size, is refused before more than the limit is written", () => {
    fc.assert(
      fc.property(savableValues, fc.nat(400), (value, maxBytes) => {
        let text: string | undefined;
        try {
          text = String(jsonCodec.encode(value, { maxBytes }));
        } catch (error) {
          expect(isExecutusError(error, "EXECUTUS_TOO_LARGE")).toBe(true);
        }
        // Members of an error are counted without their frame.
        if (text !== undefined) expect(text.length).toBeLessThan(maxBytes * 8 + 400);
      }),
      runs(500),
    );
  });
});

function refusalOf(value: unknown): NotSerializableError {
  try {
    jsonCodec.encode(value, limits);
  } catch (error) {
    if (error instanceof NotSerializableError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) deepFreeze(Reflect.get(value, key));
}
