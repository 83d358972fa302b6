import type { Contender } from "./contenders.ts";
import { measure } from "./measure.ts";
import type { Taken } from "./measure.ts";
import type { ProgramName } from "./system.ts";
import type { Venue } from "./venue.ts";

/** What a program took with each contender, round by round. */
export type Rounds = ReadonlyMap<Contender, readonly Taken[]>;

/** Runs a program with all contenders, several times in turns. */
export async function takeRounds(
  venue: Venue,
  program: ProgramName,
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<Rounds> {
  const taken = new Map<Contender, Taken[]>(venue.contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? venue.contenders : venue.contenders.toReversed();
    for (const contender of order) {
      taken.get(contender)?.push(await measure(venue, contender, program, count));
    }
  }
  return taken;
}
