import { play } from "./play.ts";
import type { Played } from "./play.ts";
import type { Cut } from "./world.ts";

/** A failure with as few operations and faults as it takes. */
export interface Minimised {
  readonly cut: Cut;
  readonly played: Played;
}

/**
 * Leaves out operations and faults, many at a time and then one by one, as long as the same invariant is violated. What
 * is left keeps its times, so the rest of the seed stays as it was as far as it can.
 */
export async function minimise(cut: Cut, limit = 600): Promise<Minimised> {
  let best = await play(cut);
  const invariant = best.violation?.invariant;
  let operations = new Set(cut.withoutOperations);
  let faults = new Set(cut.withoutFaults);
  let tries = 0;

  const attempt = async (
    withoutOperations: ReadonlySet<number>,
    withoutFaults: ReadonlySet<string>,
  ): Promise<boolean> => {
    tries += 1;
    const played = await play({ ...cut, withoutOperations, withoutFaults });
    if (played.violation?.invariant !== invariant) return false;
    best = played;
    [operations, faults] = [new Set(withoutOperations), new Set(withoutFaults)];
    return true;
  };

  for (let size = 16; size >= 1 && tries < limit;) {
    const chunks = [
      ...chunksOf(
        Array.from({ length: best.operations }, (_, index) => index).filter(
          (index) => !operations.has(index),
        ),
        size,
      ).map((chunk) => () => attempt(new Set([...operations, ...chunk]), faults)),
      ...chunksOf(best.faults, size).map(
        (chunk) => () => attempt(operations, new Set([...faults, ...chunk])),
      ),
    ];
    let gained = false;
    for (const leaveOut of chunks) {
      if (tries < limit && (await leaveOut())) gained = true;
    }
    if (!gained || size > 1) size >>= 1;
  }
  const least = { ...cut, withoutOperations: operations, withoutFaults: faults };
  return { cut: least, played: await play({ ...least, traced: true }) };
}

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
