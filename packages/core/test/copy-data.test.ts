import { expect, test } from "vitest";
import { copyData } from "../src/copy-data.ts";

test("lists and plain objects are copied all the way down, and all else is shared", () => {
  const date = new Date(0);
  const value = { list: [{ n: 1 }], date, ["__proto__"]: { n: 2 }, [Symbol.for("key")]: 3 };

  const copy = copyData(value);

  expect(copy).toEqual(value);
  expect(copy.list[0]).not.toBe(value.list[0]);
  expect(copy.date).toBe(date);
});

test("holes stay holes, and no prototype changes", () => {
  const bare = Object.create(null) as object;
  const [list, copied] = copyData([Array(2), bare] as const);

  expect(Object.keys(list)).toEqual([]);
  expect(list).toHaveLength(2);
  expect(Object.getPrototypeOf(copied)).toBe(null);
});

test("what is there more than once, or in a circle, is copied once", () => {
  let value: Record<string, unknown> = {};
  const last = value;
  for (let n = 0; n < 100; n += 1) value = { left: value, right: value };
  last["first"] = value;

  const copy = copyData(value);

  // Compared here: a matcher would take every path.
  expect(copy["left"] === copy["right"]).toBe(true);
  let end = copy;
  for (let n = 0; n < 100; n += 1) end = end["left"] as Record<string, unknown>;
  expect(end["first"] === copy).toBe(true);
  expect(end === last).toBe(false);
});
