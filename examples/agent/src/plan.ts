import type { Found } from "./search.ts";
import type { Listing, Reading } from "./tools.ts";
import { sentencesOf, wordsOf } from "./words.ts";

/** What tools have given so far, in the order of their calls; nothing where one has failed. */
export interface Gathered {
  readonly listings: readonly (Listing | undefined)[];
  readonly searches: readonly (Found | undefined)[];
  readonly readings: readonly (Reading | undefined)[];
}

/** What to do next: call tools, or answer. */
export type Step =
  | { readonly calls: readonly (readonly [toolName: string, input: object])[] }
  | { readonly answer: string };

const mostWords = 5;
const mostFiles = 3;
const mostSentences = 4;

/** The rules of the stand-in: look for the words of the question, read the files that have the most, quote them. */
export function nextStep(question: string, { listings, searches, readings }: Gathered): Step {
  const words = wordsOf(question).slice(0, mostWords);
  if (listings.length === 0) {
    return { calls: [["list_files", {}], ...words.map((text) => ["search", { text }] as const)] };
  }
  // A word that few files have says more.
  const weights = words.map((_, index) => 1 / (1 + (searches[index]?.files.length ?? 0)));
  const files = bestFiles(weights, searches);
  if (readings.length === 0 && files.length > 0) {
    return { calls: files.map((path) => ["read_file", { path }]) };
  }
  const quotes = bestSentences(words, weights, readings);
  if (quotes.length > 0) return { answer: quotes.join("\n") };
  const count = listings[0]?.files.length ?? 0;
  return { answer: `Nothing of the question was found in the folder (${count} files listed).` };
}

function bestFiles(
  weights: readonly number[],
  searches: readonly (Found | undefined)[],
): readonly string[] {
  const scores = new Map<string, number>();
  for (const [index, found] of searches.entries()) {
    for (const { path, lines } of found?.files ?? []) {
      const score = (weights[index] ?? 0) * (1 + Math.log(lines));
      scores.set(path, (scores.get(path) ?? 0) + score);
    }
  }
  const all = [...scores];
  const texts = all.filter(([path]) => /\.(?:md|txt)$/i.test(path));
  const candidates = texts.length > 0 ? texts : all;
  return highest(candidates, ([, score]) => score, mostFiles).map(([path]) => path);
}

function bestSentences(
  words: readonly string[],
  weights: readonly number[],
  readings: readonly (Reading | undefined)[],
): readonly string[] {
  const sentences = readings.flatMap((reading) =>
    sentencesOf(reading?.text ?? "").map((text) => ({
      text,
      path: reading?.path,
      score: scoreOf(text),
    })),
  );
  function scoreOf(text: string): number {
    const lower = text.toLowerCase();
    const score = words.map((word, index) => (lower.includes(word) ? (weights[index] ?? 0) : 0));
    return score.reduce((sum, each) => sum + each, 0) / Math.log(10 + text.length);
  }
  return highest(sentences, ({ score }) => score, mostSentences).map(
    ({ text, path }) => `- ${text} (${path})`,
  );
}

/** The best, in their order; none that has nothing. */
function highest<Item>(
  items: readonly Item[],
  scoreOf: (item: Item) => number,
  most: number,
): readonly Item[] {
  return items
    .filter((item) => scoreOf(item) > 0)
    .toSorted((a, b) => scoreOf(b) - scoreOf(a))
    .slice(0, most);
}
