import type { Chance } from "./chance.ts";
import { limits } from "./limits.ts";

export type Verb =
  | "open"
  | "insertRun"
  | "updateRun"
  | "getRun"
  | "listRuns"
  | "deleteRun"
  | "append"
  | "readJournal"
  | "lastRecord"
  | "putChunk"
  | "readChunks";

/** What becomes of one store call. Times are from its sending. */
export interface Fate {
  /** What is wrong with it, in words; `undefined` if nothing is. */
  readonly fault: string | undefined;
  /** `undefined`: never. */
  readonly appliedAfter: number | undefined;
  readonly answeredAfter: number | undefined;
  readonly answer: "result" | "error" | "refusal";
  /** Whether its process dies of it: before it is sent, or at the moment that it is applied. */
  readonly death?: "before" | "after" | undefined;
}

const kinds = [
  [3, "fails before it is applied"],
  [3, "is applied, then fails"],
  [2, "is applied, its answer lost"],
  [1, "is lost"],
  [2, "fails, and is applied late"],
  [2, "gets no answer, and is applied late"],
  [2, "is slow"],
  [0.3, "is refused"],
  [0.7, "is not sent: the process dies"],
  [0.7, "is applied, and the process dies"],
] as const;

interface Climate {
  readonly rate: number;
  /** Verbs that have a hard time, and how often they fail. */
  readonly target: { readonly verbs: readonly Verb[]; readonly rate: number };
  /** A time in which nearly everything that is targeted fails. */
  readonly storm: { readonly from: number; readonly to: number };
  readonly slowest: number;
  readonly latest: number;
}

const reads: readonly Verb[] = ["getRun", "listRuns", "readJournal", "lastRecord", "readChunks"];
const writes: readonly Verb[] = ["insertRun", "updateRun", "deleteRun", "append", "putChunk"];

function climateOf(chance: Chance): Climate {
  const verbs = chance.pick<readonly Verb[]>("climate verbs", [
    [2, []],
    [2, writes],
    [1, reads],
    [2, ["append"]],
    [2, ["updateRun"]],
    [2, ["insertRun"]],
    [1, ["deleteRun"]],
    [1, ["insertRun", "deleteRun"]],
    [1, ["append", "insertRun"]],
  ]);
  const from = chance.whole("storm from", 0, 15_000);
  const lasts = chance.is("storm", 0.3) ? chance.time("storm lasts", 300, 9_000) : 0;
  return {
    rate: chance.pick("climate rate", [
      [2, 0],
      [3, 0.02],
      [3, 0.07],
      [2, 0.2],
    ]),
    target: {
      verbs,
      rate: chance.pick("climate target", [
        [1, 0.1],
        [2, 0.3],
        [2, 0.6],
      ]),
    },
    storm: { from, to: from + lasts },
    slowest: chance.pick("climate slowest", [
      [2, 4],
      [3, 20],
      [2, 80],
    ]),
    latest: chance.pick("climate latest", [
      [1, 1_000],
      [2, 6_000],
      [2, 20_000],
    ]),
  };
}

/** Decides what becomes of each store call. Every fault has a name, and can be left out. */
export class Faults {
  /** Names of the faults that have happened. */
  readonly happened: string[] = [];
  readonly #chance: Chance;
  readonly #climate: Climate;
  readonly #without: ReadonlySet<string>;
  #isCalm = false;

  constructor(chance: Chance, without: ReadonlySet<string>) {
    this.#chance = chance;
    this.#climate = climateOf(chance);
    this.#without = without;
  }

  /** From now on nothing fails any more. */
  calm(): void {
    this.#isCalm = true;
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** The fate of a call. `name` is that of no other one. */
  fateOf(name: string, verb: Verb, now: number): Fate {
    const sent = this.#chance.time(`sent ${name}`, 1, this.#climate.slowest);
    const back = this.#chance.time(`back ${name}`, 1, this.#climate.slowest);
    const good: Fate = {
      fault: undefined,
      appliedAfter: sent,
      answeredAfter: sent + back,
      answer: "result",
    };
    if (this.#isCalm || !this.#chance.is(`fault ${name}`, this.#rateOf(verb, now))) return good;
    if (this.#without.has(name)) return good;
    this.happened.push(name);
    return this.#bad(name, good, sent, back);
  }

  #rateOf(verb: Verb, now: number): number {
    const { rate, target, storm } = this.#climate;
    const isTarget = target.verbs.includes(verb);
    if (now >= storm.from && now < storm.to && (isTarget || target.verbs.length === 0)) return 0.9;
    return isTarget ? Math.max(rate, target.rate) : rate;
  }

  #bad(name: string, good: Fate, sent: number, back: number): Fate {
    const fault = this.#chance.pick(`kind ${name}`, kinds);
    const late = (): number => this.#chance.time(`late ${name}`, 100, this.#climate.latest);
    switch (fault) {
      case "fails before it is applied":
        return { ...good, fault, appliedAfter: undefined, answer: "error" };
      case "is applied, then fails":
        return { ...good, fault, answer: "error" };
      case "is applied, its answer lost":
        return { ...good, fault, answeredAfter: undefined };
      case "is lost":
        return { ...good, fault, appliedAfter: undefined, answeredAfter: undefined };
      case "fails, and is applied late":
        return { ...good, fault, appliedAfter: sent + back + late(), answer: "error" };
      case "gets no answer, and is applied late":
        return {
          ...good,
          fault,
          appliedAfter: limits.callTimeoutMs + late(),
          answeredAfter: undefined,
        };
      case "is slow": {
        const slow = this.#chance.whole(`slow ${name}`, 50, limits.callTimeoutMs + 100);
        return { ...good, fault, appliedAfter: slow, answeredAfter: slow + back };
      }
      case "is refused":
        return { ...good, fault, appliedAfter: undefined, answer: "refusal" };
      case "is not sent: the process dies":
        return { ...good, fault, death: "before" };
      case "is applied, and the process dies":
        return { ...good, fault, death: "after" };
    }
  }
}
