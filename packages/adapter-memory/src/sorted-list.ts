/** Items in order, no two of one position. Each verb takes some log n steps, also among a million items. */
export interface SortedList<Position, Item extends Position> {
  /** @returns whether the item was added; `false` if its position was taken. */
  add(item: Item): boolean;
  remove(position: Position): void;
  /** The first item behind a position. */
  after(position: Position): Item | undefined;
  last(): Item | undefined;
}

/** An item that is added in the middle moves at most so many others. */
const bucketSize = 512;

/** Sorted buckets, themselves in order, none of them empty. */
export function sortedList<Position, Item extends Position>(
  compare: (a: Position, b: Position) => number,
): SortedList<Position, Item> {
  const buckets: Item[][] = [];

  /** Where a position is, or would be: in the last bucket that does not begin behind it. */
  const locate = (position: Position) => {
    const begun = countLeading(
      buckets,
      ([first]) => first !== undefined && compare(first, position) <= 0,
    );
    const bucket = Math.max(0, begun - 1);
    const items = buckets[bucket] ?? [];
    const index = countLeading(items, (item) => compare(item, position) < 0);
    const found = items[index];
    return { bucket, items, index, taken: found !== undefined && compare(found, position) === 0 };
  };

  return {
    add(item) {
      const { bucket, items, index, taken } = locate(item);
      if (taken) return false;
      items.splice(index, 0, item);
      if (buckets.length === 0) buckets.push(items);
      if (items.length > bucketSize) buckets.splice(bucket + 1, 0, items.splice(bucketSize / 2));
      return true;
    },
    remove(position) {
      const { bucket, items, index, taken } = locate(position);
      if (!taken) return;
      items.splice(index, 1);
      if (items.length === 0) buckets.splice(bucket, 1);
    },
    after(position) {
      const { bucket, items, index, taken } = locate(position);
      return items[taken ? index + 1 : index] ?? buckets[bucket + 1]?.[0];
    },
    last: () => buckets.at(-1)?.at(-1),
  };
}

/** How many of `items` come before the first for which `holds` does not hold. */
function countLeading<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && holds(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
