import { setImmediate as nextTurn } from "node:timers/promises";
import type { Document } from "./collect.ts";
import { shareOfProse, splitSentences, termsOf } from "./sentences.ts";
import type { Step } from "./step.ts";
import { Vocabulary } from "./vocabulary.ts";

/** What a document says, in short. */
export interface Ranking {
  readonly path: string;
  readonly title: string;
  /** How many sentences the document has. */
  readonly sentences: number;
  /** In the order of the document. */
  readonly telling: readonly TellingSentence[];
}

interface TellingSentence {
  readonly text: string;
  readonly score: number;
}

/** A sentence, taken apart. */
interface Sentence {
  readonly text: string;
  readonly terms: readonly string[];
  /** Its number in the document. */
  readonly position: number;
  readonly opensParagraph: boolean;
}

const sentencesPerDocument = 3;
/** What a term is still worth in a sentence once another one has told it. */
const repeated = 0.3;

/** Finds the most telling sentences of each document: those whose words are frequent in it and rare elsewhere. */
export async function rank(
  documents: readonly Document[],
  step: Step,
): Promise<readonly Ranking[]> {
  const vocabulary = new Vocabulary();
  const read: (readonly Sentence[])[] = [];
  for (const { paragraphs } of documents) {
    const sentences = takeApart(paragraphs);
    vocabulary.add(sentences.map(({ terms }) => terms));
    read.push(sentences);
    await nextTurn();
  }
  const rankings: Ranking[] = [];
  await step(0, documents.length);
  for (const [index, { path, title }] of documents.entries()) {
    const sentences = read[index] ?? [];
    const weights = vocabulary.weigh(
      sentences.map(({ terms }) => terms),
      termsOf(title),
    );
    const telling = mostTelling(sentences, weights);
    rankings.push({ path, title, sentences: sentences.length, telling });
    await step(index + 1, documents.length);
  }
  return rankings;
}

function takeApart(paragraphs: readonly string[]): Sentence[] {
  const sentences = paragraphs.flatMap((paragraph) =>
    splitSentences(paragraph).map((text, index) => ({ text, opensParagraph: index === 0 })),
  );
  return sentences.map((each, position) => ({ ...each, position, terms: termsOf(each.text) }));
}

/** Takes the best sentence, lowers the worth of what it has told, and goes on. */
function mostTelling(
  sentences: readonly Sentence[],
  weights: ReadonlyMap<string, number>,
): readonly TellingSentence[] {
  const worth = new Map(weights);
  const candidates = candidatesOf(sentences);
  const usualLength = average(candidates.map(({ terms }) => terms.length));
  const chosen: { readonly sentence: Sentence; readonly score: number }[] = [];
  while (chosen.length < sentencesPerDocument) {
    const best = candidates
      .filter(({ text }) => !chosen.some(({ sentence }) => sentence.text === text))
      .map((sentence) => ({ sentence, score: scoreOf(sentence, worth, usualLength) }))
      .reduce<(typeof chosen)[number] | undefined>(better, undefined);
    if (best === undefined) break;
    chosen.push(best);
    for (const term of new Set(best.sentence.terms)) {
      worth.set(term, (worth.get(term) ?? 0) * repeated);
    }
  }
  return chosen
    .toSorted((a, b) => a.sentence.position - b.sentence.position)
    .map(({ sentence: { text }, score }) => ({ text, score }));
}

function better<T extends { readonly score: number }>(best: T | undefined, next: T): T {
  return best !== undefined && best.score >= next.score ? best : next;
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / Math.max(numbers.length, 1);
}

/** From a word or number to a full stop: neither an aside nor a label, nor a lead-in to a list. */
const complete = /^[^(].*[.!?…。！？]["'”’)\]]*$/u;

/** Sentences that can stand for themselves, and are short enough to be quoted. If there are none, all. */
function candidatesOf(sentences: readonly Sentence[]): readonly Sentence[] {
  const fitting = sentences.filter(
    ({ text, terms }) => terms.length >= 5 && terms.length <= 45 && complete.test(text),
  );
  return fitting.length > 0 ? fitting : sentences.filter(({ terms }) => terms.length > 0);
}

/** The worth of a sentence's terms in proportion to its length; more for an opening, less for code. */
function scoreOf(
  { text, terms, position, opensParagraph }: Sentence,
  worth: ReadonlyMap<string, number>,
  usualLength: number,
): number {
  let sum = 0;
  for (const term of new Set(terms)) sum += worth.get(term) ?? 0;
  const length = 0.4 + 0.6 * (terms.length / usualLength);
  const opening = (1 + 0.5 / (1 + position)) * (opensParagraph ? 1.1 : 1);
  return (sum / length) * opening * (0.3 + 0.7 * shareOfProse(text));
}
