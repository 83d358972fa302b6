import { isPlainObject } from "./plain-object.ts";

/** Deeper values are left as they are: no record can hold them anyway. */
const deepest = 1000;

/**
 * A copy of lists and plain objects, all the way down. All else (text, dates, bytes, class instances) is shared. What is in
 * there more than once, be it in a circle, is copied once: a few objects can make more paths than there is memory.
 */
export function copyData<T>(value: T): T {
  return copy(value, new Map(), 0) as T;
}

function copy(value: unknown, copies: Map<object, object>, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > deepest) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) return copyItems(value, copies, depth);
  return isPlainObject(value) ? copyMembers(value, copies, depth) : value;
}

function copyItems(items: unknown[], copies: Map<object, object>, depth: number): unknown[] {
  const made = items.slice();
  copies.set(items, made);
  // Holes stay holes.
  made.forEach((item, index) => {
    made[index] = copy(item, copies, depth + 1);
  });
  return made;
}

function copyMembers(value: object, copies: Map<object, object>, depth: number): object {
  const made = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  copies.set(value, made);
  for (const key of Reflect.ownKeys(value)) {
    const member = (value as Record<PropertyKey, unknown>)[key];
    // Defined, not set: a key may be `__proto__`.
    Object.defineProperty(made, key, {
      value: copy(member, copies, depth + 1),
      enumerable: Object.prototype.propertyIsEnumerable.call(value, key),
      writable: true,
      configurable: true,
    });
  }
  return made;
}
