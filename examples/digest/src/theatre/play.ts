import type { Digest } from "../checks.ts";
import { Problem } from "../problem.ts";
import { Attempt } from "./attempt.ts";
import type { PhaseRow } from "./attempt.ts";
import type { JobOrder } from "./messages.ts";
import { startJob } from "./process.ts";
import { showRow } from "./rows.ts";
import type { Screen } from "./screen.ts";

/** What was played. */
export interface Play {
  readonly killed: Attempt;
  readonly resumed: Attempt;
  /** From the kill until the second process had the run. */
  readonly takeoverMs: number;
  readonly digest: Digest;
}

/** Runs the job, kills it in the middle of `rank`, and runs it again. @throws {Problem} if the job fails by itself */
export async function play(order: JobOrder, screen: Screen): Promise<Play> {
  const killed = await perform(order, screen, { number: 1, isFatal: isMiddleOfRank });
  const killedAt = performance.now();
  screen.line();
  const resumed = await perform(order, screen, { number: 2, isFatal: () => false });
  screen.line();
  const { digest, begunAt = Infinity } = resumed;
  if (digest === undefined) throw new Problem("The job ended without a result.");
  return { killed, resumed, takeoverMs: begunAt - killedAt, digest };
}

function isMiddleOfRank({ name, done, total }: PhaseRow): boolean {
  return name === "rank" && done >= Math.floor(total / 2);
}

async function perform(
  order: JobOrder,
  screen: Screen,
  { number, isFatal }: { readonly number: number; readonly isFatal: (row: PhaseRow) => boolean },
): Promise<Attempt> {
  const attempt = new Attempt(number);
  let isKilled = false;
  const job = startJob(order, (telling) => {
    const row = attempt.note(telling);
    if (row === undefined) return;
    if (row.state !== "running") {
      screen.line(showRow(row, remarkOn(row, number), screen));
    } else if (isFatal(row) && !isKilled) {
      isKilled = true;
      job.kill();
    }
    if (row.state === "running") screen.passing(showRow(row, "", screen));
  });
  screen.line(
    screen.paint("bold", `Attempt ${number}`) + screen.paint("dim", `, process ${job.pid}`),
  );
  const { how, errors } = await job.ended;
  const cut = attempt.stop(isKilled ? "killed" : "failed");
  if (cut !== undefined) screen.line(showRow(cut, remarkOn(cut, number), screen));
  if (attempt.problem !== undefined) throw new Problem(attempt.problem);
  if (errors !== "") console.error(errors);
  if (!isKilled && attempt.digest === undefined) {
    throw new Problem(`The job ended unexpectedly (${how}).`);
  }
  return attempt;
}

function remarkOn({ name, state }: PhaseRow, attempt: number): string {
  if (state === "killed") return "by SIGKILL, in the middle of the phase";
  if (state === "skipped") return "its output was saved in attempt 1";
  return attempt === 2 && name === "rank" && state === "done" ? "again, from its start" : "";
}
