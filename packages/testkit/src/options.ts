/** Checks what a suite is given. @throws {TypeError} */
export function checkOptions(suite: string, options: { readonly create: unknown }): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(
      `Expected the options of ${suite} to be an object such as { create }, got ${show(options)}.`,
    );
  }
  if (typeof options.create === "function") return;
  throw new TypeError(
    `Expected "create" of ${suite} to be a function, got ${show(options.create)}.`,
  );
}

export function show(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
