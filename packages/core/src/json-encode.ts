import { types } from "node:util";
import { NotSerializableError } from "./errors.ts";
import { errorFields, specials, tag } from "./json-tags.ts";
import { isPlainElsewhere } from "./plain-object.ts";

/** Deeper values are refused: a reader's stack has to hold them too. */
const maxDepth = 1000;

interface Writer {
  readonly path: (string | number)[];
  readonly ancestors: Set<object>;
  charsLeft: number;
  readonly sortKeys: boolean;
}

/**
 * Writes a value as extended JSON text.
 *
 * @param options - `sortKeys` makes values that differ only in the order of their keys give the same text.
 */
export function encodeJson(
  value: unknown,
  maxBytes: number,
  { sortKeys = false }: { readonly sortKeys?: boolean } = {},
): string {
  const writer: Writer = { path: [], ancestors: new Set(), charsLeft: maxBytes, sortKeys };
  try {
    return write(value, writer);
  } catch (error) {
    if (error instanceof NotSerializableError) throw error;
    // A proxy, or an error whose message throws.
    throw new NotSerializableError(
      "cannot be saved: it threw when it was read. Save plain data in its place.",
      writer.path,
      { cause: error },
    );
  }
}

function refuse(writer: Writer, what: string): never {
  throw new NotSerializableError(`cannot be saved: it is ${what}. Save plain data in its place.`, [
    ...writer.path,
  ]);
}

/** Counts what is written: a value that shares one large part a thousand times must not fill the memory. */
function sized(text: string, writer: Writer): string {
  writer.charsLeft -= text.length + 1;
  if (writer.charsLeft < 0) {
    throw NotSerializableError.tooLarge([...writer.path]);
  }
  return text;
}

function write(value: unknown, writer: Writer): string {
  switch (typeof value) {
    case "string":
      return sized(JSON.stringify(value), writer);
    case "number":
      return sized(writeNumber(value), writer);
    case "boolean":
      return sized(value ? "true" : "false", writer);
    case "undefined":
      return sized(tagged("undefined"), writer);
    case "bigint":
      return sized(tagged("bigint", JSON.stringify(String(value))), writer);
    case "object":
      return value === null ? sized("null", writer) : writeObject(value, writer);
    case "function":
      return refuse(writer, "a function");
    case "symbol":
      return refuse(writer, "a symbol");
  }
}

function writeNumber(value: number): string {
  if (Object.is(value, -0)) return tagged("number", '"-0"');
  return Number.isFinite(value) ? String(value) : tagged("number", `"${value}"`);
}

function tagged(type: string, value?: string): string {
  return value === undefined ? `{"${tag}":"${type}"}` : `{"${tag}":"${type}","value":${value}}`;
}

function writeObject(value: object, writer: Writer): string {
  const { ancestors, path } = writer;
  if (ancestors.has(value)) refuse(writer, "part of a cycle");
  if (path.length >= maxDepth) refuse(writer, `nested deeper than ${maxDepth} levels`);
  ancestors.add(value);
  sized("{}", writer);
  const text = writeMembers(value, writer);
  ancestors.delete(value);
  return text;
}

function writeMembers(value: object, writer: Writer): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return writePlain(value as Record<string, unknown>, prototype === null, writer);
  }
  if (Array.isArray(value) && prototype === Array.prototype) return writeArray(value, writer);
  const special = specials.get(prototype);
  if (special !== undefined) {
    // A RegExp has one of its own, its place; of a typed array, each element is one.
    const own = value instanceof RegExp ? 1 : 0;
    if (!ArrayBuffer.isView(value) && Reflect.ownKeys(value).length > own) {
      refuse(writer, `a ${special.name} with properties of its own`);
    }
    return tagged(special.name, write(special.represent(value), writer));
  }
  if (isError(value)) return writeError(value, writer);
  if (isPlainElsewhere(prototype)) {
    return writePlain(value as Record<string, unknown>, false, writer);
  }
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return refuse(
    writer,
    typeof name === "string" && name !== "" ? `an instance of ${name}` : "an instance of a class",
  );
}

/** Whether a value is an error, of this realm or another. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** Writes what one key of an object holds, naming it should it be refused. */
function writeMember(owner: object, key: string, writer: Writer): string {
  writer.path.push(key);
  const property = Object.getOwnPropertyDescriptor(owner, key);
  if (property === undefined || !("value" in property)) refuse(writer, "an accessor");
  if (!property.enumerable) refuse(writer, "a hidden property");
  const text = write(property.value, writer);
  writer.path.pop();
  return text;
}

function writePlain(value: Record<string, unknown>, bare: boolean, writer: Writer): string {
  const keys = Reflect.ownKeys(value);
  if (writer.sortKeys) keys.sort((a, b) => (String(a) < String(b) ? -1 : 1));
  const escaped = bare || Object.hasOwn(value, tag);
  let text = "";
  for (const key of keys) {
    if (typeof key === "symbol") refuse(writer, "an object with a symbol for a key");
    const name = sized(JSON.stringify(key), writer);
    const member = writeMember(value, key, writer);
    if (text !== "") text += ",";
    text += escaped ? `[${name},${member}]` : `${name}:${member}`;
  }
  if (escaped) return tagged(bare ? "null-prototype" : "object", `[${text}]`);
  return `{${text}}`;
}

function writeArray(value: readonly unknown[], writer: Writer): string {
  // Own keys come in this order: indexes, `length`, other strings, symbols.
  const keys = Reflect.ownKeys(value);
  const present = keys.indexOf("length");
  if (keys.length > present + 1) refuse(writer, "an array with properties besides its elements");
  return present === value.length
    ? `[${writeItems(value, writer)}]`
    : `{"${tag}":"sparse","length":${value.length},"value":[${writeSparse(value, writer)}]}`;
}

function writeItems(items: readonly unknown[], writer: Writer): string {
  let text = "";
  let index = 0;
  for (const item of items) {
    writer.path.push(index);
    const member = write(item, writer);
    writer.path.pop();
    text += index === 0 ? member : `,${member}`;
    index += 1;
  }
  return text;
}

function writeSparse(value: readonly unknown[], writer: Writer): string {
  return Object.keys(value)
    .map((key) => {
      writer.path.push(Number(key));
      const member = write(value[Number(key)], writer);
      writer.path.pop();
      return `[${key},${member}]`;
    })
    .join(",");
}

function writeError(error: Error, writer: Writer): string {
  const members: string[] = [];
  const add = (key: string, value: unknown): void => {
    writer.path.push(key);
    members.push(`[${sized(JSON.stringify(key), writer)},${write(value, writer)}]`);
    writer.path.pop();
  };
  for (const key of ["name", "message", "stack"] as const) {
    if (typeof error[key] === "string") add(key, error[key]);
  }
  if (Object.hasOwn(error, "cause")) add("cause", error.cause);
  if (error instanceof AggregateError) add("errors", error.errors);
  for (const key of Object.keys(error)) {
    if (!errorFields.has(key))
      members.push(`[${JSON.stringify(key)},${writeMember(error, key, writer)}]`);
  }
  return `{"${tag}":"Error","class":${JSON.stringify(errorClass(error))},"value":[${members.join(",")}]}`;
}

/** Built-in classes come back as such, others as `Error` with their name. */
function errorClass(error: Error): string {
  if (error instanceof AggregateError) return "AggregateError";
  const name: unknown = (
    Object.getPrototypeOf(error) as { constructor?: { name?: unknown } } | null
  )?.constructor?.name;
  return typeof name === "string" ? name : "Error";
}
