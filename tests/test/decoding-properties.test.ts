import { isExecutusError, jsonCodec } from "@executus/core";
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../support/properties.ts";
import { savableValues } from "../support/savable-values.ts";

const limits = { maxBytes: 64 * 1024 * 1024 };
const encode = (value: unknown): string => String(jsonCodec.encode(value, limits));

/** Names of kinds, known ones and such as a careless reader would look up. */
const kinds: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    "undefined",
    "number",
    "bigint",
    "Date",
    "URL",
    "RegExp",
    "Map",
    "Set",
    "Buffer",
    "object",
    "ArrayBuffer",
    "null-prototype",
    "sparse",
    "Error",
    "Uint8Array",
    "Float64Array",
  ),
  fc.constantFrom("Function", "eval", "Promise", "Proxy", "__proto__", "constructor", "toString"),
  fc.string({ maxLength: 3 }),
  fc.constantFrom(null, 5, [], {}),
);

/** JSON that looks like what the encoder writes, and is not. */
const forged: Arbitrary<unknown> = fc.letrec<{ node: unknown; tagged: unknown }>((tie) => ({
  tagged: fc.record(
    {
      $executus: kinds,
      value: fc.oneof(
        tie("node"),
        fc.array(fc.tuple(tie("node"), tie("node")), { maxLength: 3 }),
        fc.array(
          fc.tuple(fc.constantFrom("__proto__", "message", "stack", "name", "errors"), tie("node")),
        ),
      ),
      length: fc.oneof(fc.integer({ min: -2, max: 2 ** 32 }), fc.constantFrom("3", null, 1e9)),
      class: fc.constantFrom("Error", "TypeError", "AggregateError", "Function", "Object", 5),
    },
    { requiredKeys: ["$executus"] },
  ),
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      "",
      "a",
      "canary()",
      "-0",
      "NaN",
      "12",
      "AAAA",
      "==",
      "2020-01-01",
      "(",
      "http://a",
    ),
    fc.constantFrom(0, -1, 1.5, true, null, 4_294_967_295),
    tie("tagged"),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom("__proto__", "constructor", "a", "then", "toJSON"), tie("node"), {
      noNullPrototype: true,
    }),
  ),
})).tagged;

/** A few letters of a text changed, lost, doubled or moved. */
const mutations: Arbitrary<(text: string) => string> = fc
  .array(
    fc.tuple(
      fc.constantFrom("change", "lose", "double", "move", "cut"),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.oneof(
        fc.constantFrom('"', "{", "}", "[", "]", ",", ":", "\\", "0", "-", "$", "e"),
        fc.string({ unit: "binary", maxLength: 1 }),
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((steps) => (text: string) => {
    let changed = text;
    for (const [how, where, letter] of steps) {
      const at = Math.floor(where * changed.length);
      const [before, here, after] = [
        changed.slice(0, at),
        changed.slice(at, at + 1),
        changed.slice(at + 1),
      ];
      if (how === "change") changed = before + letter + after;
      else if (how === "lose") changed = before + after;
      else if (how === "double") changed = before + here + here + after;
      else if (how === "move") changed = before + after + here;
      else changed = before;
    }
    return changed;
  });

describe("whatever is decoded", () => {
  test.each<readonly [what: string, texts: Arbitrary<string>]>([
    ["random text", fc.string({ unit: "binary" })],
    ["random JSON", fc.json()],
    ["what looks like the encoder's, and is not", forged.map((value) => JSON.stringify(value))],
    [
      "what was encoded, and damaged",
      fc.tuple(savableValues, mutations).map(([value, mutate]) => mutate(encode(value))),
    ],
  ])("of %s, gives a value or one of two errors, and touches nothing else", (_what, texts) => {
    const before = snapshot();
    let ran = false;
    Object.defineProperty(globalThis, "canary", {
      configurable: true,
      get: () => (ran = true),
    });
    try {
      fc.assert(
        fc.property(texts, (text) => {
          const decoded = outcomeOf(text);

          expect(decoded.code ?? "").toMatch(/^$|^EXECUTUS_(CORRUPT_RECORD|UNSUPPORTED_FORMAT)$/);
          expect(ran).toBe(false);
        }),
        runs(4_000),
      );
    } finally {
      Reflect.deleteProperty(globalThis, "canary");
    }
    expect(snapshot()).toEqual(before);
  });

  test("of random bytes, is CORRUPT_RECORD: this codec writes text", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => jsonCodec.decode(bytes)).toThrow(
          expect.objectContaining({ code: "EXECUTUS_CORRUPT_RECORD" }),
        );
      }),
      runs(100),
    );
  });

  test("of a forgery that passes, is a value that may be saved and comes back as it is", () => {
    fc.assert(
      fc.property(forged, (value) => {
        const decoded = outcomeOf(JSON.stringify(value));
        if (decoded.code !== undefined) return;

        const text = encode(decoded.value);

        expect(encode(jsonCodec.decode(text))).toBe(text);
      }),
      runs(2_000),
    );
  });
});

function outcomeOf(text: string): { readonly value?: unknown; readonly code?: string } {
  try {
    return { value: jsonCodec.decode(text) };
  } catch (error) {
    return { code: isExecutusError(error) ? error.code : String(error) };
  }
}

/** The members of everything that a value might reach, by name. */
function snapshot(): Record<string, readonly string[]> {
  const reachable = {
    Object,
    Array,
    Function,
    Error,
    TypeError,
    Map,
    Set,
    Date,
    RegExp,
    URL,
    Buffer,
  };
  return Object.fromEntries(
    Object.entries({ globalThis, ...reachable }).flatMap(([name, owner]) => [
      [name, namesIn(owner)],
      [`${name}.prototype`, namesIn(Reflect.get(owner, "prototype"))],
    ]),
  );
}

function namesIn(owner: unknown): readonly string[] {
  return typeof owner === "object" || typeof owner === "function"
    ? Reflect.ownKeys(owner ?? {})
        .map(String)
        .toSorted()
    : [];
}

/** Text of a value nested so deep in one kind of container. */
const nestings: readonly (readonly [what: string, open: string, close: string])[] = [
  ["arrays", "[", "]"],
  ["objects", '{"a":', "}"],
  ["Maps", '{"$executus":"Map","value":[[1,', "]]}"],
  ["Maps, in their keys", '{"$executus":"Map","value":[[', ",1]]}"],
  ["Sets", '{"$executus":"Set","value":[', "]}"],
  ["escaped objects", '{"$executus":"object","value":[["a",', "]]}"],
  ["objects without a prototype", '{"$executus":"null-prototype","value":[["a",', "]]}"],
  ["sparse arrays", '{"$executus":"sparse","length":2,"value":[[1,', "]]}"],
  ["causes of errors", '{"$executus":"Error","class":"Error","value":[["cause",', "]]}"],
  ["tags of tags", '{"$executus":', "}"],
];

describe("what is nested", () => {
  test.each(nestings)("as deep as the encoder goes, in %s, comes back", (what, open, close) => {
    if (what === "tags of tags") return;
    // Each level of what holds values in a list of its own takes more than one of the encoder's.
    const value = deepest(open, close);

    expect(encode(jsonCodec.decode(encode(value)))).toBe(encode(value));
  });

  test.each(nestings)(
    "a hundred thousand levels deep, in %s, breaks no stack",
    (_what, open, close) => {
      const text = `[{"$executus":"undefined"},${open.repeat(1e5)}1${close.repeat(1e5)}]`;

      expect(outcomeOf(text).code).toBe("EXECUTUS_CORRUPT_RECORD");
    },
  );
});

/** The deepest value of a kind that the encoder takes. */
function deepest(open: string, close: string): unknown {
  let [fits, over] = [1, 1_001];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (isSavable(nested(middle, open, close))) fits = middle;
    else over = middle;
  }
  return nested(fits, open, close);
}

function nested(levels: number, open: string, close: string): unknown {
  return jsonCodec.decode(open.repeat(levels) + "1" + close.repeat(levels));
}

function isSavable(value: unknown): boolean {
  try {
    encode(value);
    return true;
  } catch {
    return false;
  }
}

const many = 200_000;
const list = (item: (i: number) => string): string =>
  Array.from({ length: many }, (_, i) => item(i)).join(",");

describe("what is long is read in one go: if it took the square of its length, these would never end", () => {
  test.each<readonly [what: string, text: string]>([
    ["a text", JSON.stringify("\u0000é".repeat(many))],
    ["an array", `[${list(() => '{"$executus":"undefined"}')}]`],
    ["an object", `{"t":{"$executus":"undefined"},${list((i) => `"k${i}":{}`)}}`],
    ["an escaped object", `{"$executus":"object","value":[${list((i) => `["k${i}",1]`)}]}`],
    ["a Map", `{"$executus":"Map","value":[${list((i) => `[${i},{}]`)}]}`],
    ["a Set of objects", `{"$executus":"Set","value":[${list(() => "{}")}]}`],
    [
      "a sparse array",
      `{"$executus":"sparse","length":4000000000,"value":[${list((i) => `[${i * 7},1]`)}]}`,
    ],
    ["an error", `{"$executus":"Error","class":"Error","value":[${list((i) => `["k${i}",1]`)}]}`],
    ["bytes", `{"$executus":"Uint8Array","value":"${"AAAA".repeat(many)}"}`],
    ["a bigint", `{"$executus":"bigint","value":"${"7".repeat(many)}"}`],
    ["an expression", `{"$executus":"RegExp","value":["${"a?".repeat(many / 10)}","",0]}`],
    ["tags without an end", '[{"$executus":"Map","value":['.repeat(many)],
    ["one tag, and many texts that look like it", `[${list(() => '"$executus"')}]`],
  ])("%s", (_what, text) => {
    const { value, code } = outcomeOf(text);

    if (code === undefined) expect(encode(value).length).toBeGreaterThan(many / 10);
    else expect(code).toBe("EXECUTUS_CORRUPT_RECORD");
  });
});
