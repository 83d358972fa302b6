import { ExecutusError } from "./errors.ts";
import { errorClasses, errorFields, tag, typedArrays } from "./json-tags.ts";

const tagStart = tag.charAt(0);

/** A value of the encoder's deepest nesting, with the three levels that a Map takes for one of its own. */
const maxDepth = 4000;

function corrupt(): ExecutusError {
  // Never with the parser's own error as a cause: it quotes the text.
  return new ExecutusError(
    "EXECUTUS_CORRUPT_RECORD",
    "The record's payload is not what was written.",
  );
}

/** Reads extended JSON text. */
export function decodeJson(data: string | Uint8Array): unknown {
  if (typeof data !== "string") throw corrupt();
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw corrupt();
  }
  // Most text has not even the tag's first character, which is found much faster than all of it.
  if (!data.includes(tagStart) || !data.includes(`"${tag}"`)) return value;
  try {
    return revive(value, 0);
  } catch (error) {
    throw error instanceof ExecutusError ? error : corrupt();
  }
}

/** Puts real values in the place of tagged ones, in the tree that the parser has just made. */
function revive(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > maxDepth) throw corrupt();
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) value[i] = revive(value[i], depth + 1);
    return value;
  }
  const object = value as Record<string, unknown>;
  if (Object.hasOwn(object, tag)) return reviveTagged(object, depth + 1);
  for (const key of Object.keys(object)) {
    const member = object[key];
    if (typeof member === "object" && member !== null)
      define(object, key, revive(member, depth + 1));
  }
  return object;
}

/** Sets a member whatever its key: plain assignment to `__proto__` would reach the prototype. */
function define(object: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}

function text(value: unknown): string {
  if (typeof value !== "string") throw corrupt();
  return value;
}

/** A whole number from 0 on, below a bound. */
function whole(value: unknown, below: number): number {
  if (!Number.isInteger(value)) throw corrupt();
  const number = Number(value);
  if (number < 0 || number >= below) throw corrupt();
  return number;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw corrupt();
  return value;
}

/**
 * Loops, and no more functions than it takes: while code is still interpreted, the deepest value that the encoder takes
 * fills most of the stack.
 */
function pairs(value: unknown, depth: number): [unknown, unknown][] {
  const found: [unknown, unknown][] = [];
  for (const pair of list(value)) {
    const two = list(pair);
    const key = revive(two[0], depth + 1);
    found.push([key, revive(two[1], depth + 1)]);
  }
  return found;
}

function reviveTagged(object: Record<string, unknown>, depth: number): unknown {
  const { value } = object;
  const name = text(object[tag]);
  const reader = readers[name];
  if (reader !== undefined && Object.hasOwn(readers, name)) return reader(value, depth, object);
  if (Object.hasOwn(typedArrays, name)) {
    const type = typedArrays[name];
    const { buffer, byteOffset, byteLength } = Buffer.from(text(value), "base64");
    if (type !== undefined) return new type(buffer.slice(byteOffset, byteOffset + byteLength));
  }
  throw new ExecutusError(
    "EXECUTUS_UNSUPPORTED_FORMAT",
    "The record holds a kind of value that this version does not know. A newer version may have written it.",
  );
}

const numbers: ReadonlyMap<string, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

const readers: Readonly<
  Record<string, (value: unknown, depth: number, object: Record<string, unknown>) => unknown>
> = {
  undefined: () => undefined,
  number: (value) => {
    const number = numbers.get(text(value));
    if (number === undefined) throw corrupt();
    return number;
  },
  bigint: (value) => {
    if (!/^-?\d+$/.test(text(value))) throw corrupt();
    return BigInt(text(value));
  },
  Date: (value) => {
    const date = new Date(value === null ? NaN : text(value));
    if (value !== null && Number.isNaN(date.getTime())) throw corrupt();
    return date;
  },
  URL: (value) => new URL(text(value)),
  RegExp: (value, depth) => {
    const [source, flags, place] = list(value);
    const lastIndex = revive(place, depth);
    if (typeof lastIndex !== "number") throw corrupt();
    const expression = new RegExp(text(source), text(flags));
    expression.lastIndex = lastIndex;
    return expression;
  },
  Map: (value, depth) => new Map(pairs(value, depth)),
  Set: (value, depth) => {
    const items = new Set();
    for (const item of list(value)) items.add(revive(item, depth + 1));
    return items;
  },
  Buffer: (value) => Buffer.from(text(value), "base64"),
  ArrayBuffer: (value) => {
    const { buffer, byteOffset, byteLength } = Buffer.from(text(value), "base64");
    return buffer.slice(byteOffset, byteOffset + byteLength);
  },
  object: (value, depth) => withEntries({}, pairs(value, depth)),
  "null-prototype": (value, depth) =>
    withEntries(Object.create(null) as object, pairs(value, depth)),
  sparse: (value, depth, { length }) => sparseArray(length, pairs(value, depth)),
  Error: (value, depth, object) => reviveError(text(object["class"]), pairs(value, depth)),
};

function sparseArray(length: unknown, items: readonly [unknown, unknown][]): unknown[] {
  const places = whole(length, 2 ** 32);
  const array: unknown[] = new Array(places);
  for (const [index, item] of items) array[whole(index, places)] = item;
  return array;
}

function withEntries(target: object, entries: readonly [unknown, unknown][]): object {
  for (const [key, member] of entries) define(target, text(key), member);
  return target;
}

function reviveError(name: string, members: readonly [unknown, unknown][]): Error {
  const fields = new Map(members.map(([key, value]) => [text(key), value]));
  for (const key of ["name", "message", "stack"]) if (fields.has(key)) text(fields.get(key));
  const message = text(fields.get("message") ?? "");
  if (!fields.has("stack")) fields.set("stack", undefined);
  const error =
    name === "AggregateError"
      ? new AggregateError(list(fields.get("errors")), message)
      : new (Object.hasOwn(errorClasses, name) ? (errorClasses[name] ?? Error) : Error)(message);
  for (const [key, value] of fields) {
    if (key === "message" || (key === "name" && value === error.name)) continue;
    if (key === "errors" && error instanceof AggregateError) continue;
    define(error, key, value, !errorFields.has(key));
  }
  return error;
}
