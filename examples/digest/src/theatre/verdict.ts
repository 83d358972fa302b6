import { readReport } from "../report.ts";
import { Problem } from "../problem.ts";
import type { PhaseRow } from "./attempt.ts";
import type { Play } from "./play.ts";

/** Checks that what was played is what is claimed. @throws {Problem} */
export async function checkPlay(phases: readonly string[], play: Play): Promise<void> {
  const { killed, resumed, digest } = play;
  const [first, second, ...more] = killed.rows;
  expect(
    first?.state === "done" && second?.state === "killed" && more.length === 0,
    "The kill came too early or too late.",
  );
  const [skipped, ...worked] = resumed.rows;
  expect(skipped?.state === "skipped", `"${phases[0]}" was not skipped in the second attempt.`);
  expect(
    worked.length === phases.length - 1 && worked.every(isWhole),
    "Not every phase was completed in the second attempt.",
  );
  const headings = (await readReport(digest.report)).match(/^## /gm)?.length;
  expect(
    headings === digest.documents,
    `The report has ${headings} of ${digest.documents} documents.`,
  );
}

function isWhole({ state, done, total }: PhaseRow): boolean {
  return state === "done" && done === total;
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Problem(otherwise);
}
