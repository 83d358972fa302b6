import { deepEqual, equal, fail, ok } from "node:assert/strict";

/**
 * Fails unless both hold the same. Where the port leaves a choice, it is left: any `Uint8Array`, any prototype, and
 * `undefined` for a member that is absent.
 */
export function same(actual: unknown, expected: unknown, message?: string): void {
  deepEqual(plain(actual), plain(expected), message);
}

/** Like {@link same}, for long lists: it fails at the first difference. */
export function sameList(actual: readonly unknown[], expected: readonly unknown[]): void {
  for (const [i, item] of actual.slice(0, expected.length).entries()) {
    same(item, expected[i], `item ${i} differs`);
  }
  equal(actual.length, expected.length, "as many items");
}

/** Fails unless both hold the same data, without printing megabytes. */
export function sameData(
  actual: string | Uint8Array | undefined,
  expected: string | Uint8Array,
): void {
  if (actual === undefined) fail("no data");
  equal(typeof actual, typeof expected, "text stays text, bytes stay bytes");
  const [found, wanted] = [Buffer.from(actual), Buffer.from(expected)];
  equal(found.length, wanted.length, "as many bytes");
  ok(found.equals(wanted), "the same bytes");
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([key, member]) => [key, plain(member)]));
}
