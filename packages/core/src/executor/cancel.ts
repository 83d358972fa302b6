import { checkRunId } from "../identifiers.ts";
import type { Journal } from "../journal/journal.ts";
import type { ActiveRun } from "./active.ts";
import { claimOptions } from "./claims.ts";
import { atDoor, withJournal } from "./engine.ts";
import type { Engine } from "./engine.ts";

/**
 * Asks for a run's cancellation.
 *
 * @param mine - the drive that a handle is of: another run that has its id by now is not meant.
 * @returns once the request is durable: whether there was anything to cancel
 */
export async function cancelRun(engine: Engine, id: string, mine?: ActiveRun): Promise<boolean> {
  checkRunId(id);
  const driven = mine ?? engine.active.get(id);
  if (driven !== undefined && driven.incarnation === undefined) {
    const active = engine.active.get(id) === driven;
    driven.cancel();
    return active;
  }
  return withJournal(engine, "cancel", async (journal) => {
    if (mine?.incarnation !== undefined && !(await isStill(journal, id, mine.incarnation))) {
      return false;
    }
    if ((await journal.requestCancel(id)) === "ended") return false;
    await endHere(engine, journal, id);
    return true;
  });
}

async function isStill(journal: Journal, id: string, incarnation: string): Promise<boolean> {
  const found = await journal.inspect(id);
  return found.kind !== "missing" && found.row.incarnation === incarnation;
}

/** Stops a cancelled run that is driven here, and ends one that nobody drives: it may be of a definition that no process knows. */
async function endHere(engine: Engine, journal: Journal, id: string): Promise<void> {
  const admitNothing = claimOptions(engine, () => undefined);
  try {
    await atDoor(engine, id, async () => {
      const here = engine.active.get(id);
      if (here !== undefined) return here.cancel();
      // Nothing is admitted: a claim does no more here than end the run.
      await journal.claim(id, admitNothing);
    });
  } catch (error) {
    engine.logger.warn(
      { runId: id, err: error },
      "A cancellation is recorded, but the run could not be ended at once. The next sweep does it.",
    );
  }
}
