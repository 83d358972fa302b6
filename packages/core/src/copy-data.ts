/** Deeper values are left as they are: no record can hold them anyway. */
const deepest = 500;

/** A copy of lists and plain objects, all the way down. All else (text, dates, bytes, class instances) is shared. */
export function copyData<T>(value: T, depth = 0): T {
  if (typeof value !== "object" || value === null || depth > deepest) return value;
  if (Array.isArray(value)) {
    return value.map((item: unknown) => copyData(item, depth + 1)) as T;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy = Object.create(prototype) as Record<PropertyKey, unknown>;
  for (const key of Reflect.ownKeys(value)) {
    // Defined, not set: a key may be `__proto__`.
    const item: unknown = copyData((value as Record<PropertyKey, unknown>)[key], depth + 1);
    Object.defineProperty(copy, key, {
      value: item,
      enumerable: Object.prototype.propertyIsEnumerable.call(value, key),
      writable: true,
      configurable: true,
    });
  }
  return copy as T;
}
