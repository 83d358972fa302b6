import { checkRunId } from "../identifiers.ts";
import type { Journal } from "../journal/journal.ts";
import type { ActiveRun } from "./active.ts";
import { claimOptions } from "./claims.ts";
import { atDoor, withJournal } from "./engine.ts";
import type { Engine } from "./engine.ts";

/** Asks for a run's cancellation. @returns once the request is durable: whether there was anything to cancel */
export async function cancelRun(
  engine: Engine,
  id: string,
  driven: ActiveRun | undefined = engine.active.get(id),
): Promise<boolean> {
  checkRunId(id);
  if (driven !== undefined && driven.incarnation === undefined) {
    const active = engine.active.get(id) === driven;
    driven.cancel();
    return active;
  }
  return withJournal(engine, "cancel", async (journal) => {
    if ((await journal.requestCancel(id)) === "ended") return false;
    await endHere(engine, journal, id);
    return true;
  });
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
