/** Whether a value is data by keys, and no instance of a class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    (!Array.isArray(value) && isPlainElsewhere(prototype))
  );
}

/** Whether a prototype is another realm's `Object.prototype` (test runners and sandboxes have such). */
export function isPlainElsewhere(prototype: unknown): boolean {
  return (
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype as object, "isPrototypeOf") &&
    Object.hasOwn(prototype as object, "hasOwnProperty")
  );
}
