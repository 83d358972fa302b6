import type { Document } from "./collect.ts";
import type { Ranking } from "./rank.ts";
import { headingOf, quoteOf, readReport } from "./report.ts";
import type { Step } from "./step.ts";

/** What a digest comes to. */
export interface Digest {
  /** Where the report is. */
  readonly report: string;
  readonly documents: number;
  /** How many sentences it quotes. */
  readonly sentences: number;
}

/** Checks that each document was ranked, and that what is to be quoted is in its text. */
export async function checkRanking(
  documents: readonly Document[],
  rankings: readonly Ranking[],
  step: Step,
): Promise<void> {
  if (rankings.length !== documents.length) {
    throw new Error(`${rankings.length} of ${documents.length} documents were ranked.`);
  }
  await step(0, documents.length);
  for (const [index, document] of documents.entries()) {
    const ranking = rankings[index];
    if (ranking?.path !== document.path) throw new Error(`"${document.path}" was not ranked.`);
    if (ranking.sentences > 0 && ranking.telling.length === 0) {
      throw new Error(`No sentence of "${document.path}" was chosen.`);
    }
    for (const { text, score } of ranking.telling) {
      if (!Number.isFinite(score)) throw new Error(`"${text}" has no score.`);
      if (!document.paragraphs.some((paragraph) => paragraph.includes(text))) {
        throw new Error(`"${text}" is not in "${document.path}".`);
      }
    }
    await step(index + 1, documents.length);
  }
}

/** Reads the report back, and checks that it names each document and quotes its sentences. */
export async function checkReport(
  report: string,
  rankings: readonly Ranking[],
  step: Step,
): Promise<Digest> {
  const lines = new Set((await readReport(report)).split("\n"));
  let sentences = 0;
  await step(0, rankings.length);
  for (const [index, ranking] of rankings.entries()) {
    const missing = [headingOf(ranking), ...ranking.telling.map(quoteOf)].find(
      (line) => !lines.has(line),
    );
    if (missing !== undefined) throw new Error(`The report "${report}" lacks "${missing}".`);
    sentences += ranking.telling.length;
    await step(index + 1, rankings.length);
  }
  return { report, documents: rankings.length, sentences };
}
