/** Values of every kind that may be saved, by what they are. */
export function everyKind(): Record<string, unknown> {
  return { ...plainKinds(), ...objectKinds(), ...binaryKinds(), ...hostileKinds() };
}

function plainKinds(): Record<string, unknown> {
  return {
    null: null,
    booleans: [true, false],
    numbers: [0, -0, 1.5, -1e-7, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, Number.MAX_VALUE],
    "not a number": [NaN, Infinity, -Infinity],
    bigints: [0n, -1n, 2n ** 80n],
    undefined: [undefined, { member: undefined }],
    "no text": "",
    texts: ["\u00e9", "e\u0301", "ß", "😀", "\ufeff", "\u2028\u2029", " \t\r\n ", "line\nline"],
    "texts that look like others": ["1", "null", "true", "2020-01-01T00:00:00.000Z", "[]", "{}"],
  };
}

function objectKinds(): Record<string, unknown> {
  const cause = new TypeError("the cause");
  return {
    // One that is no date equals no other to the assertions of Node.js 22; the core tests it.
    dates: [new Date(0), new Date(-1)],
    urls: new URL("https://user@example.com:8080/path?query=%20#hash"),
    expressions: [/a[/]b/giu, new RegExp("")],
    maps: new Map<unknown, unknown>([
      [{ key: 1 }, new Map([[NaN, undefined]])],
      ["__proto__", -0],
    ]),
    sets: new Set<unknown>([undefined, new Set([1n]), "a"]),
    errors: [
      Object.assign(new RangeError("out of range", { cause }), { code: "E_RANGE", details: [1] }),
      new Error(""),
    ],
    "sparse arrays": sparse(),
    nested: [[[[[{ a: { b: { c: [[]] } } }]]]]],
    "nothing inside": [{}, []],
  };
}

function binaryKinds(): Record<string, unknown> {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  return {
    bytes,
    "a part of bytes": bytes.subarray(7, 9),
    "no bytes": new Uint8Array(0),
    buffers: Buffer.from([0, 255, 128]),
    "array buffers": bytes.slice(0, 16).buffer,
    "typed arrays": [
      new Int8Array([-1]),
      new Uint8ClampedArray([255]),
      new Int16Array([-300]),
      new Uint16Array([65_535]),
      new Int32Array([-70_000]),
      new Uint32Array([4_000_000_000]),
      new Float32Array([0.5, -0]),
      new Float64Array([0.1, NaN]),
      new BigInt64Array([-(2n ** 60n)]),
      new BigUint64Array([2n ** 63n]),
    ],
  };
}

function hostileKinds(): Record<string, unknown> {
  return {
    "lone surrogates": ["\ud800", "a\udc00b", "\ud83d"],
    "NUL and other controls": ["\0", "a\0b", "\u0001\u001f\u007f"],
    "keys that mean something": JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":1,"$where":"1","$gt":"","a.b":1,"":2,"_id":3,"toString":4,"\\u0000":5}',
    ) as unknown,
    "keys that look like numbers": { "10": "ten", "9": "nine", "-1": "minus", "1e3": "more" },
    "keys of the codec": { $executus: "undefined", value: 1 },
    "no prototype": Object.assign(Object.create(null) as object, { a: 1 }),
  };
}

function sparse(): unknown[] {
  const array: unknown[] = [];
  array[2] = "third";
  array.length = 5;
  return array;
}
