import type { Executor } from "@executus/core";
import { limits } from "./limits.ts";
import { perform } from "./operations.ts";
import { inSteps } from "./time.ts";
import { Violation } from "./violation.ts";
import { World } from "./world.ts";
import type { Cut, Process } from "./world.ts";

/** What came of one seed. */
export interface Played {
  readonly violation: Violation | undefined;
  readonly trace: readonly string[];
  /** Faults that happened. */
  readonly faults: readonly string[];
  readonly operations: number;
  readonly steps: number;
}

/** After the faults, everything must have ended within this time. */
const calmMs = 40 * limits.leaseMs;

/** How long a slot is empty after its process has died. */
const emptyMs = [50, 4_000] as const;

/** Plays one seed: the same one always in the same way. */
export async function play(cut: Cut): Promise<Played> {
  const world = new World(cut);
  const unhandled = (error: unknown): void =>
    world.report(new Violation("x", `A rejection was not handled: ${String(error)}`));
  process.on("unhandledRejection", unhandled);
  const latest = world.plan.calmAt + 2 * calmMs;
  let steps = 0;
  try {
    raise(world, cut.withoutOperations);
    await inSteps(() => {
      steps += 1;
      if (world.time.now > latest) {
        world.report(new Violation("j", "Something goes on for ever after the faults."));
      }
      return world.violation === undefined && !isOver(world) && world.time.step();
    });
  } finally {
    process.off("unhandledRejection", unhandled);
  }
  const { violation, trace, faults, plan } = world;
  if (violation !== undefined) world.tell("!!!", () => violation.message);
  return {
    violation,
    trace,
    faults: faults.happened,
    operations: plan.operations.length,
    steps,
  };
}

const over = new WeakSet<World>();

function isOver(world: World): boolean {
  return over.has(world);
}

/** Puts everything into the world that happens by itself. */
function raise(world: World, without: ReadonlySet<number> = new Set()): void {
  const { plan, time, chance } = world;
  for (let slot = 0; slot < plan.slots; slot += 1) keepUp(world, slot);
  for (const [index, operation] of plan.operations.entries()) {
    if (without.has(index)) continue;
    time.after(operation.at, () => perform(world, operation));
  }
  time.after(plan.calmAt, () => {
    world.faults.calm();
    world.tell("", () => "faults stop");
    const isAlone = chance.is("all others are gone", 0.5);
    for (let slot = 0; isAlone && slot < plan.slots; slot += 1)
      world.at(slot)?.life.die("is killed");
    void sweepUntilOver(world, world.start(3));
  });
}

/** Starts a process in a slot whenever there is none, until the faults stop. */
function keepUp(world: World, slot: number): void {
  if (world.faults.isCalm) return;
  if (world.at(slot) === undefined) world.start(slot);
  const next = world.chance.time(`look ${slot} ${world.time.now}`, ...emptyMs);
  world.time.after(next, () => keepUp(world, slot));
}

/** Recovers, again and again, until nothing is left to do; then looks at everything. */
async function sweepUntilOver(world: World, { life, executor }: Process): Promise<void> {
  const until = world.time.now + calmMs;
  for (;;) {
    try {
      await executor.recover();
    } catch (error) {
      world.report(new Violation("j", `A sweep failed after the faults: ${String(error)}`));
    }
    await new Promise<void>((resolve) => life.after(1_000, resolve));
    const left = [...world.database.rows.values()].filter(
      ({ status }) => status === "active" || status === "deleting",
    );
    if (left.length === 0 && world.strayCalls === 0) break;
    if (world.time.now > until) {
      const [row] = left;
      world.report(
        new Violation("j", `Run "${row?.id}" is still ${row?.status} long after the faults.`),
      );
      break;
    }
  }
  for (const { id } of world.plan.runs) await checkRow(world, executor, id);
  over.add(world);
}

/** (f) What "get" says, and the row after it, is what the journal says. Somebody may delete or retry the run meanwhile. */
async function checkRow(world: World, executor: Executor, id: string): Promise<void> {
  const before = world.chronicle.momentsOf(id).length;
  const view = await executor.get(id);
  const moments = world.chronicle.momentsOf(id).slice(before - 1);
  const { status = "missing" } = view ?? {};
  const row = world.database.getRun(id);
  if (moments.every((moment) => moment.status !== status && moment.status !== "ghost")) {
    world.report(
      new Violation("f", `Run "${id}" is ${moments.at(-1)?.status}; "get" says ${status}.`),
    );
  } else if (moments.length === 1 && row !== undefined && row.status !== status) {
    world.report(new Violation("f", `Run "${id}" is ${status}; its row says ${row.status}.`));
  }
}
