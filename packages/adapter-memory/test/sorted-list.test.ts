import { describe, expect, test } from "vitest";
import { sortedList } from "../src/sorted-list.ts";

interface Entry {
  readonly at: number;
}

const byTime = (a: Entry, b: Entry): number => a.at - b.at;

function contents(list: ReturnType<typeof sortedList<Entry, Entry>>): number[] {
  const found: number[] = [];
  for (let entry = list.after({ at: -1 }); entry !== undefined; entry = list.after(entry)) {
    found.push(entry.at);
  }
  return found;
}

/** 0 to 4,999 in a shuffled order that is always the same. */
const shuffled = Array.from({ length: 5_000 }, (_, index) => (index * 3_571) % 5_000);

describe("a sorted list", () => {
  test("of thousands is in order, whatever the order in which they came", () => {
    const list = sortedList<Entry, Entry>(byTime);

    for (const at of shuffled) list.add({ at });

    expect(contents(list)).toEqual(shuffled.toSorted((a, b) => a - b));
    expect(list.last()).toEqual({ at: 4_999 });
  });

  test("takes one item for each position", () => {
    const list = sortedList<Entry, Entry>(byTime);

    expect(shuffled.map((at) => list.add({ at }))).not.toContain(false);
    expect(shuffled.map((at) => list.add({ at }))).not.toContain(true);
  });

  test("gives up what is removed, to the last item", () => {
    const list = sortedList<Entry, Entry>(byTime);
    for (const at of shuffled) list.add({ at });

    for (const at of shuffled) if (at % 2 === 0) list.remove({ at });
    expect(contents(list)).toEqual(shuffled.filter((at) => at % 2 === 1).toSorted((a, b) => a - b));

    for (const at of shuffled) list.remove({ at });
    expect(contents(list)).toEqual([]);
    expect(list.last()).toBeUndefined();
    expect(list.add({ at: 1 })).toBe(true);
  });

  test("finds what is behind a position that nothing has", () => {
    const list = sortedList<Entry, Entry>(byTime);
    for (const at of shuffled) if (at % 10 === 0) list.add({ at });

    expect(list.after({ at: 2_555 })).toEqual({ at: 2_560 });
    expect(list.after({ at: 4_990 })).toBeUndefined();
  });
});
