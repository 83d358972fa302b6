import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { jsonCodec } from "../src/codec.ts";
import { isExecutusError } from "../src/errors.ts";
import type { NotSerializableError } from "../src/errors.ts";

const maxBytes = 64 * 1024 * 1024;
const encode = (value: unknown): string => String(jsonCodec.encode(value, { maxBytes }));
const roundTrip = (value: unknown): unknown => jsonCodec.decode(encode(value));

function refusal(value: unknown, limit = maxBytes): NotSerializableError {
  try {
    jsonCodec.encode(value, { maxBytes: limit });
  } catch (error) {
    return error as NotSerializableError;
  }
  throw new Error("It was not refused.");
}

function keyed(key: string, value: unknown): object {
  return Object.defineProperty({}, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

// eslint-disable-next-line no-sparse-arrays -- holes are what is saved
const sparse = [1, , 3, ,];

const values: readonly [string, unknown][] = [
  ["null", null],
  ["undefined", undefined],
  ["booleans", [true, false]],
  ["numbers", [0, 1, -1, 1.5, 1e300, 5e-324, Number.MAX_SAFE_INTEGER]],
  ["NaN, infinities and negative zero", [Number.NaN, Infinity, -Infinity, -0]],
  ["bigints", [0n, -5n, 2n ** 200n]],
  ["text", ["", "a", "\u0000", "\ud800", "é\n\u2028😀", '"\\']],
  ["undefined in objects and arrays", { a: undefined, b: [undefined] }],
  ["sparse arrays", sparse],
  ["a large sparse array", Object.assign(new Array<unknown>(1_000_000), { 5: "x" })],
  ["Dates", [new Date(0), new Date(-1), new Date(Number.NaN)]],
  ["RegExps", [/a+/giu, /\//]],
  ["Maps", new Map<unknown, unknown>([[{ a: 1 }, new Map([[1, new Set([1])]])]])],
  ["Sets", new Set([1, "a", undefined])],
  ["Buffers", Buffer.from([0, 1, 254, 255])],
  ["ArrayBuffers", new Uint8Array([1, 2, 3]).buffer],
  ["bytes", new Uint8Array([0, 128, 255])],
  ["a view into a larger buffer", new Uint8Array([9, 8, 7, 6]).subarray(1, 3)],
  ["floats", new Float64Array([1.5, -0, Number.NaN])],
  ["big integers", new BigInt64Array([-1n, 2n])],
  ["16-bit integers", new Uint16Array([1, 65535])],
  ["keys that are operators, paths or prototypes", { $where: 1, "a.b": 2, "": 3, constructor: 4 }],
  ["a key __proto__", keyed("__proto__", { polluted: true })],
  ["an object that looks like a tag", { $executus: "Date", value: "2020-01-01" }],
  ["an object whose tag is no text", { deep: [{ $executus: { $executus: 1 } }] }],
  ["objects without a prototype", Object.assign(Object.create(null) as object, { a: [1] })],
  ["one part that stands in two places", ((part) => [part, part])({ a: 1 })],
];

describe("the JSON codec", () => {
  for (const [what, value] of values) {
    test(`gives ${what} back as it was`, () => {
      expect(roundTrip(value)).toStrictEqual(value);
    });
  }

  test("gives holes back as holes", () => {
    const back = roundTrip(sparse) as unknown[];

    expect(back).toHaveLength(4);
    expect([0, 1, 2, 3].map((i) => i in back)).toEqual([true, false, true, false]);
  });

  test("gives URLs back", () => {
    const back = roundTrip(new URL("https://example.org/a?b#c"));

    expect(back).toBeInstanceOf(URL);
    expect(String(back)).toBe("https://example.org/a?b#c");
  });

  test("gives a RegExp back with its place", () => {
    const expression = /a/g;
    for (const place of [3, -1, 1.5, -0, Number.NaN]) {
      expression.lastIndex = place;

      expect((roundTrip(expression) as RegExp).lastIndex).toBe(place);
    }
  });

  test("gives Buffers back as Buffers and bytes as bytes", () => {
    expect(Buffer.isBuffer(roundTrip(Buffer.from("a")))).toBe(true);
    expect(Buffer.isBuffer(roundTrip(new Uint8Array(1)))).toBe(false);
  });

  test("gives built-in errors back as such, with message, stack, cause and own fields", () => {
    const error = Object.assign(new RangeError("far", { cause: new TypeError("inner") }), {
      code: "E_FAR",
      at: new Date(5),
    });

    const back = roundTrip(error) as typeof error;

    expect(back).toBeInstanceOf(RangeError);
    expect(back).toMatchObject({
      message: "far",
      code: "E_FAR",
      at: new Date(5),
      stack: error.stack,
    });
    expect(back.cause).toBeInstanceOf(TypeError);
    expect(Object.keys(back)).toEqual(["code", "at"]);
  });

  test("gives other errors back as Error with their name", () => {
    class TimeoutError extends Error {
      override readonly name = "TimeoutError";
    }

    const back = roundTrip(new TimeoutError("late")) as Error;

    expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
    expect(back.name).toBe("TimeoutError");
  });

  test("gives an AggregateError back with its errors", () => {
    const back = roundTrip(new AggregateError([new Error("a"), "b"], "all")) as AggregateError;

    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors).toMatchObject([{ message: "a" }, "b"]);
  });

  test("gives an abort's reason back", () => {
    const { reason } = AbortSignal.abort();

    expect(roundTrip(reason)).toMatchObject({ name: "AbortError" });
  });

  test("takes plain objects of another realm", () => {
    expect(roundTrip(runInNewContext("({ a: { b: 1 } })"))).toEqual({ a: { b: 1 } });
  });

  const refused: readonly [string, unknown, RegExp][] = [
    ["a function", { content: [{ execute: () => {} }] }, /^"content\[0\]\.execute" .* a function/],
    ["a symbol", [Symbol("s")], /^"\[0\]" .* a symbol/],
    ["a symbol for a key", { [Symbol("s")]: 1 }, /symbol for a key/],
    ["a class instance", { at: new AbortController() }, /^"at" .* AbortController/],
    ["a promise", { later: Promise.resolve(1) }, /Promise/],
    ["a WeakMap", new WeakMap(), /WeakMap/],
    ["a boxed number", [Object(5)], /Number/],
    ["an accessor", Object.defineProperty({}, "a", { get: () => 1, enumerable: true }), /accessor/],
    ["a hidden property", Object.defineProperty({}, "a", { value: 1 }), /hidden/],
    ["an array with other keys", Object.assign([1], { extra: 1 }), /besides its elements/],
    ["a Date with properties", Object.assign(new Date(0), { zone: "x" }), /properties of its own/],
    ["a Map of functions", new Map([["a", () => {}]]), /^"\[0\]\[1\]" /],
    ["a subclass of Map", new (class Registry extends Map {})(), /Registry/],
    ["a key that is no name", { "not a name": { "9x": () => {} } }, /^"\["not a name"\]\["9x"\]"/],
  ];
  for (const [what, value, message] of refused) {
    test(`refuses ${what}, and names its path`, () => {
      const error = refusal(value);

      expect(isExecutusError(error, "EXECUTUS_NOT_SERIALIZABLE")).toBe(true);
      expect(error.message).toMatch(message);
      expect(error.retryable).toBe(false);
    });
  }

  test("refuses a cycle", () => {
    const cycle: { a: { back?: unknown } } = { a: {} };
    cycle.a.back = cycle;

    expect(refusal(cycle).message).toMatch(/^"a\.back" .* cycle/);
  });

  test("refuses what is nested too deep for a reader, and takes a thousand levels less one", () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level += 1) value = [value];
      return value;
    };

    expect(refusal(nested(100_000)).message).toMatch(/nested deeper/);
    expect(encode(roundTrip(nested(1000)))).toBe(encode(nested(1000)));
    let maps: unknown = 1;
    for (let level = 0; level < 499; level += 1) maps = new Map([[1, maps]]);
    expect(encode(roundTrip(maps))).toBe(encode(maps));
  });

  test("refuses what is too large, before it fills the memory, and says where", () => {
    let doubled: unknown = "x".repeat(1000);
    for (let level = 0; level < 60; level += 1) doubled = [doubled, doubled];

    const error = refusal({ small: 1, large: doubled }, 1_000_000);

    expect(error.code).toBe("EXECUTUS_TOO_LARGE");
    expect(error.path[0]).toBe("large");
  });
});

describe("decoding", () => {
  test("reaches no prototype", () => {
    const hostile =
      '{"__proto__":{"polluted":1},"a":{"$executus":"object","value":[["__proto__",{"polluted":1}]]}}';

    const back = jsonCodec.decode(hostile) as { a: object };

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(back.a)).toBe(Object.prototype);
  });

  for (const [what, text] of [
    ["text that is no JSON", '{"secret":'],
    ["a Date that is none", '{"$executus":"Date","value":5}'],
    ["a bigint that is none", '{"$executus":"bigint","value":"1x"}'],
    ["a RegExp that does not compile", '{"$executus":"RegExp","value":["(","",0]}'],
    ["a URL that is none", '{"$executus":"URL","value":"secret"}'],
    ["a number that is none", '{"$executus":"number","value":"toString"}'],
    ["a Map of no pairs", '{"$executus":"Map","value":[1]}'],
    ["a typed array cut short", '{"$executus":"Float64Array","value":"AAAA"}'],
    ["a sparse array of nonsense", '{"$executus":"sparse","length":-1,"value":[]}'],
    ["a sparse array with a place beyond its end", sparseOf(3, '[[3,"secret"]]')],
    ["a sparse array with a place that is a name", sparseOf(3, '[["__proto__",{}]]')],
    ["a sparse array with a half place", sparseOf(3, "[[0.5,1]]")],
    ["a sparse array without a length", '{"$executus":"sparse","value":[]}'],
    ["a Date of no time", '{"$executus":"Date","value":"secret"}'],
    ["a RegExp whose place is none", '{"$executus":"RegExp","value":["a","","0"]}'],
    ["an error whose stack is no text", errorOf('[["stack",{}]]')],
    ["an error whose name is no text", errorOf('[["name",null]]')],
    ["an error whose message is no text", errorOf('[["message",null]]')],
    ["a tag that is no text", '{"$executus":5}'],
  ] as const) {
    test(`of ${what} is CORRUPT_RECORD, and quotes nothing`, () => {
      let error: unknown;
      try {
        jsonCodec.decode(text);
      } catch (thrown) {
        error = thrown;
      }

      expect(error).toMatchObject({ code: "EXECUTUS_CORRUPT_RECORD" });
      expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain("secret");
    });
  }

  for (const name of ["Temporal", "constructor", "__proto__", "hasOwnProperty"]) {
    test(`of the unknown kind "${name}" is UNSUPPORTED_FORMAT`, () => {
      expect(() => jsonCodec.decode(`{"$executus":"${name}","value":1}`)).toThrow(
        expect.objectContaining({ code: "EXECUTUS_UNSUPPORTED_FORMAT" }),
      );
    });
  }
});

function sparseOf(length: number, value: string): string {
  return `{"$executus":"sparse","length":${length},"value":${value}}`;
}

function errorOf(value: string): string {
  return `{"$executus":"Error","class":"Error","value":${value}}`;
}
