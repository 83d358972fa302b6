import type { Chance } from "./chance.ts";
import { programs } from "./programs.ts";
import type { Job, Program } from "./programs.ts";

/** One thing that somebody does, at its time. */
export type Operation = { readonly at: number; readonly slot: number } & (
  | { readonly kind: "recover" | "list" | "kill" | "shutdown" | "prune" }
  | { readonly kind: "stall" | "clock"; readonly ms: number }
  | {
      readonly kind: "run" | "start" | "attach" | "cancel" | "retry" | "delete" | "get" | "events";
      readonly id: string;
    }
);

/** A run that may be begun. */
export interface PlannedRun {
  readonly id: string;
  readonly program: Program;
  readonly job: Job;
}

/** All that somebody does in a seed. */
export interface Plan {
  readonly runs: readonly PlannedRun[];
  readonly operations: readonly Operation[];
  /** Processes at the same time. */
  readonly slots: number;
  /** When faults stop. */
  readonly calmAt: number;
  /** Whether wall clocks are off, and processes stand still. */
  readonly clocksAreWrong: boolean;
  readonly stalls: boolean;
  /** How often a piece of user code throws. */
  readonly failureRate: number;
}

const idsOfRuns = ["apple", "pear", "plum"] as const;

export function planOf(chance: Chance): Plan {
  const slots = chance.whole("slots", 1, 3);
  const runs = idsOfRuns
    .slice(
      0,
      chance.pick("runs", [
        [3, 1],
        [2, 2],
        [1, 3],
      ]),
    )
    .map((id): PlannedRun => ({
      id,
      program: chance.pick(
        `program ${id}`,
        programs.map((program) => [1, program] as const),
      ),
      job: {
        steps: chance.whole(`steps ${id}`, 1, 5),
        size: chance.pick(`size ${id}`, [
          [3, 10],
          [1, 1_500],
        ]),
      },
    }));
  const calmAt = chance.whole("calm at", 3_000, 20_000);
  const clocksAreWrong = chance.is("clocks are wrong", 0.5);
  const stalls = chance.is("stalls", 0.4);
  const operations = Array.from({ length: chance.whole("operations", 4, 40) }, (_, index) =>
    operationOf(chance, `operation ${index}`, { slots, runs, calmAt, clocksAreWrong, stalls }),
  );
  // Somebody begins everything, sooner or later.
  for (const [index, { id }] of runs.entries()) {
    const at = chance.whole(`begins ${id}`, 0, 1_000);
    operations.push({ at, slot: index % slots, kind: "run", id });
  }
  return {
    runs,
    operations: operations.toSorted((a, b) => a.at - b.at),
    slots,
    calmAt,
    clocksAreWrong,
    stalls,
    failureRate: chance.pick("failure rate", [
      [2, 0.02],
      [2, 0.12],
      [1, 0.4],
    ]),
  };
}

function operationOf(
  chance: Chance,
  name: string,
  { slots, runs, calmAt, clocksAreWrong, stalls }: Omit<Plan, "operations" | "failureRate">,
): Operation {
  // Some come one upon the other, where there is something to disturb.
  const at = chance.is(`${name} in a burst`, 0.4)
    ? Math.min(calmAt, burstAt(chance, name, calmAt) + chance.whole(`${name} in burst`, 0, 400))
    : chance.whole(`${name} at`, 0, calmAt);
  const slot = chance.whole(`${name} slot`, 0, slots - 1);
  const { id } = runs[chance.whole(`${name} run`, 0, runs.length - 1)] as PlannedRun;
  const kind = chance.pick<Operation["kind"]>(`${name} kind`, [
    [5, "run"],
    [3, "start"],
    [1, "attach"],
    [1, "events"],
    [3, "cancel"],
    [4, "retry"],
    [5, "delete"],
    [2, "get"],
    [4, "recover"],
    [0.5, "list"],
    [0.5, "prune"],
    [3, "kill"],
    [1, "shutdown"],
    [stalls ? 3 : 0, "stall"],
    [clocksAreWrong ? 1 : 0, "clock"],
  ]);
  switch (kind) {
    case "stall":
      return { at, slot, kind, ms: chance.time(`${name} ms`, 200, 9_000) };
    case "clock":
      return { at, slot, kind, ms: wrongClock(chance, name) };
    case "recover":
    case "list":
    case "prune":
    case "kill":
    case "shutdown":
      return { at, slot, kind };
    default:
      return { at, slot, kind, id };
  }
}

function burstAt(chance: Chance, name: string, calmAt: number): number {
  return chance.whole(`burst ${chance.whole(`${name} which burst`, 1, 3)}`, 0, calmAt);
}

/** Off by seconds, or by hours, either way. */
export function wrongClock(chance: Chance, name: string): number {
  const off = chance.time(`${name} off`, 500, 5 * 3_600_000);
  return chance.is(`${name} behind`, 0.5) ? -off : off;
}
