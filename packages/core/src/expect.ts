/**
 * Checks of arguments at the public door. A wrong one gives a `TypeError` that names it, what was expected and what came,
 * and shows nothing of a value that may be a payload.
 */

/** The error of a wrong argument. */
export function unexpected(what: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`Expected ${what} to be ${wanted}, got ${show(value)}.`);
}

/** Names a value, without its content if it may be a payload. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "number" ? `\`${value}\` (number)` : `a value of type ${typeof value}`;
}

/** @throws {TypeError} */
export function expectObject(
  what: string,
  value: unknown,
  wanted = "an object",
): asserts value is object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return;
  throw unexpected(what, wanted, value);
}

/** @throws {TypeError} */
export function expectFunction(what: string, value: unknown): void {
  if (typeof value !== "function") throw unexpected(what, "a function", value);
}

/** @throws {TypeError} unless all of these members are functions */
export function expectMethods(
  what: string,
  value: unknown,
  wanted: string,
  names: readonly string[],
): void {
  expectObject(what, value, wanted);
  for (const name of names)
    expectFunction(`"${name}" of ${what}`, (value as Record<string, unknown>)[name]);
}

/** @throws {TypeError} */
export function expectArray(what: string, value: unknown, wanted: string): void {
  if (!Array.isArray(value)) throw unexpected(what, wanted, value);
}

/** @throws {TypeError} */
export function expectPositiveInteger(what: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  throw unexpected(what, "a positive integer", value);
}

/** @throws {TypeError} */
export function expectAtLeast(what: string, value: unknown, least: number): void {
  if (typeof value === "number" && Number.isFinite(value) && value >= least) return;
  throw unexpected(what, `a number of at least ${least}`, value);
}

/** An optional one. @throws {TypeError} */
export function expectDuration(what: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return;
  throw unexpected(what, "a positive number of milliseconds", value);
}

/** @throws {TypeError} */
export function expectTime(what: string, value: unknown): void {
  if (typeof value === "number" && Number.isFinite(value)) return;
  throw unexpected(what, "milliseconds since the epoch", value);
}

/** An optional one. @throws {TypeError} */
export function expectBoolean(what: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw unexpected(what, "true or false", value);
}

/** An optional one of a few words. @throws {TypeError} */
export function expectOneOf(what: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return;
  const list = words.map((word) => `"${word}"`).join(", ");
  const came = typeof value === "string" ? JSON.stringify(value) : show(value);
  throw new TypeError(`Expected ${what} to be one of ${list}, got ${came}.`);
}

/** An optional one, also of another realm. @throws {TypeError} */
export function expectSignal(what: string, value: unknown): void {
  if (value === undefined || isSignal(value)) return;
  throw unexpected(what, "an AbortSignal", value);
}

export function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== "object" || value === null) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}
