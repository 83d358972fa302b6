/** A number from 0 (inclusive) to 1 (exclusive) that depends on nothing but `key`. */
export function chance(key: string): number {
  // FNV-1a, then the finaliser of MurmurHash3, so that keys that differ in their last letter are far apart.
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * Decisions of one seed. Each is made from the seed and a name alone, and never from those before it: so a fault or an
 * operation can be left out, and all the others stay as they were.
 */
export interface Chance {
  /** From 0 (inclusive) to 1 (exclusive). */
  of(name: string): number;
  is(name: string, probability: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  whole(name: string, low: number, high: number): number;
  /** Between two times, the short ones as likely as the long ones. */
  time(name: string, low: number, high: number): number;
  /** One of some, by weight. */
  pick<T>(name: string, choices: readonly (readonly [weight: number, value: T])[]): T;
}

export function chanceOf(seed: number): Chance {
  const of = (name: string): number => chance(`${seed} ${name}`);
  return {
    of,
    is: (name, probability) => of(name) < probability,
    whole: (name, low, high) => low + Math.floor(of(name) * (high - low + 1)),
    time: (name, low, high) => Math.round(low * (high / low) ** of(name)),
    pick: (name, choices) => {
      const total = choices.reduce((sum, [weight]) => sum + weight, 0);
      let left = of(name) * total;
      for (const [weight, value] of choices) {
        left -= weight;
        if (left < 0) return value;
      }
      return (choices.at(-1) as (typeof choices)[number])[1];
    },
  };
}
