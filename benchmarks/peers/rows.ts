import { exactly, spreadOf } from "../src/benchmark.ts";
import type { Chart, Report, Row } from "../src/benchmark.ts";
import { nameOf, ours } from "./contenders.ts";
import { transactionsOfEach } from "./measure.ts";
import type { Taken } from "./measure.ts";
import type { Rounds } from "./rounds.ts";
import type { ProgramName } from "./system.ts";
import { systems } from "./systems.ts";
import type { Venue } from "./venue.ts";

/** One thing that was measured of all, beside Executus. */
export function compared(rounds: Rounds, unit: string, value: (taken: Taken) => number): Report {
  const own = rounds.get(ours) ?? [];
  const rows = [...rounds].map(([contender, taken]): Row => ({
    what: nameOf(contender),
    unit,
    value: spreadOf(taken.map(value)),
    ...(contender !== ours && {
      ratio: {
        to: contender.durable ? "Executus" : "Executus, which is durable",
        times: spreadOf(
          taken.map((one, round) => {
            const beside = own[round];
            return value(one) / (beside === undefined ? Number.NaN : value(beside));
          }),
        ),
      },
    }),
  }));
  return { rows };
}

/** Of those whose server counts them. They are the same however durable. */
export async function transactionRows(venue: Venue, program: ProgramName): Promise<Report> {
  const rows: Row[] = [];
  for (const contender of venue.contenders.filter(({ durable }) => durable)) {
    if (systems[contender.system].database !== "PostgreSQL") continue;
    const transactions = await transactionsOfEach(venue, contender, program);
    rows.push({
      what: nameOf(contender),
      unit: "transactions",
      value: exactly(transactions ?? Number.NaN),
    });
  }
  return { rows };
}

/** Milliseconds of the turns before one. */
export function timeNear({ each }: Taken, turn: number): number {
  return spreadOf(each.slice(Math.max(0, turn - 20), turn)).median;
}

/** What is durable, as the history grows. */
export function chartOf(rounds: Rounds, turns: number): Chart {
  const points = Array.from({ length: 10 }, (_, i) => Math.round(((i + 1) * turns) / 10));
  return {
    name: "peers-turn-over-history",
    title: "Time of a durable turn of 2 KiB over the number of turns before it",
    x: { name: "turns before" },
    y: { name: "ms" },
    lines: [...rounds]
      .filter(([{ durable }]) => durable)
      .map(([{ system }, taken]) => ({
        name: `${systems[system].name}; ${systems[system].database}`,
        points: points.map(
          (turn) => [turn, spreadOf(taken.map((one) => timeNear(one, turn))).median] as const,
        ),
      })),
  };
}
