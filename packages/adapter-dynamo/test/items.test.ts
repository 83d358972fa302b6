import { expect, test } from "vitest";
import { sortable } from "../src/items.ts";

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

test("times of any size and sign sort as text as they do as numbers", () => {
  const times = [
    [-Infinity, -Number.MAX_VALUE, -1e12, -2, -1.5, -1, -Number.MIN_VALUE, 0],
    [Number.MIN_VALUE, 0.5, 1, 1.5, 9, 10, 99, 100, 2 ** 32, 1.8e12, 1.8e12 + 0.5],
    [Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Infinity],
  ].flat();

  const texts = times.map(sortable);

  expect(texts.toSorted(compare)).toEqual(texts);
  expect(new Set(texts).size).toBe(times.length);
  expect(sortable(-0)).toBe(sortable(0));
});
