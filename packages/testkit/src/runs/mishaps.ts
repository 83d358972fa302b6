import type { Scenario } from "../scenario.ts";
import { outcomeOf } from "../world/expect-run.ts";
import { type Meddle, type Process } from "../world/process.ts";
import { worldScenario, type World } from "../world/world.ts";
import { type Deed, deeds, type Prepared } from "./deeds.ts";

/** How one store call goes wrong. */
interface Mishap {
  readonly id: string;
  readonly behaviour: (told: string) => string;
  /** Comes between a process and the call. */
  readonly strike: <T>(process: Process, apply: () => Promise<T>, later: Later) => Promise<T>;
}

/** Calls that reach the store when their caller is long dead. */
type Later = (() => Promise<unknown>)[];

const mishaps: readonly Mishap[] = [
  {
    id: "crash-before",
    behaviour: (told) =>
      `when ${told}, and the process dies before any of its store calls, another one finishes it`,
    strike: (process) => process.dieHere(),
  },
  {
    id: "crash-after",
    behaviour: (told) =>
      `when ${told}, and the process dies after any of its store calls, another one finishes it`,
    async strike(process, apply) {
      await apply();
      return process.dieHere();
    },
  },
  {
    id: "late",
    behaviour: (told) =>
      `when ${told}, and the process dies, and any of its store calls is applied only after another one has finished it, that changes nothing`,
    strike(process, apply, later) {
      later.push(apply);
      return process.dieHere();
    },
  },
  {
    id: "ambiguous",
    behaviour: (told) =>
      `when ${told}, and any of its store calls is applied but reported as failed, it is done once`,
    async strike(_process, apply) {
      await apply();
      throw new Error("the connection is lost");
    },
  },
];

/** What goes wrong at each store call of each deed. */
export const mishapScenarios: readonly Scenario[] = mishaps.flatMap((mishap) =>
  deeds.map((deed) =>
    worldScenario(`${mishap.id}.${deed.id}`, mishap.behaviour(deed.told), (world) =>
      strikeEach(world, deed, mishap),
    ),
  ),
);

async function strikeEach(world: World, deed: Deed, mishap: Mishap): Promise<void> {
  const clean = await deed.prepare(world);
  const process = await world.process({ ...clean.options, definitions: [clean.definition] });
  await clean.act(process);
  await clean.check(process);
  for (let n = 1; n <= process.calls; n += 1)
    await strikeOne(world, await deed.prepare(world), mishap, n);
}

async function strikeOne(
  world: World,
  prepared: Prepared,
  mishap: Mishap,
  n: number,
): Promise<void> {
  const { definition, act, check } = prepared;
  const options = { ...prepared.options, definitions: [definition] };
  const later: Later = [];
  const process = await world.process(options);
  const meddle: Meddle = (call, apply) =>
    call.n === n ? mishap.strike(process, apply, later) : apply();
  process.meddle = meddle;
  const outcome = await Promise.race([outcomeOf(act(process)), process.died]);
  if (outcome === undefined) await act(await world.process(options));
  else if ("error" in outcome) throw outcome.error;
  for (const apply of later) await apply().catch(() => {});
  await check(process);
}
