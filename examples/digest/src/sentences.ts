const sentences = new Intl.Segmenter("en", { granularity: "sentence" });
const words = new Intl.Segmenter("en", { granularity: "word" });

const code = /`[^`]*`/g;
const address = /\b[a-z]+:\/\/\S+/g;
/** After these a full stop ends no sentence. */
const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|approx|Dr|Mr|Mrs|Ms|St|Fig|No|[A-Z])\.\s*$/;

/** The sentences of a paragraph. */
export function splitSentences(paragraph: string): string[] {
  // Code is one word as far as sentences go, whatever full stops and small letters it has.
  const masked = paragraph.replaceAll(code, (span) => "X".repeat(span.length));
  const found: string[] = [];
  let from = 0;
  for (const { index, segment } of sentences.segment(masked)) {
    const end = index + segment.length;
    if (abbreviation.test(segment) && end < masked.length) continue;
    found.push(paragraph.slice(from, end).trim());
    from = end;
  }
  return found.filter((sentence) => sentence !== "");
}

/** The words of a sentence, one form for upper and lower case, singular and plural (of English, after Harman). */
export function termsOf(sentence: string): string[] {
  const found: string[] = [];
  for (const { segment, isWordLike } of words.segment(sentence.replaceAll(address, " "))) {
    if (isWordLike === true && /\p{L}/u.test(segment)) found.push(termOf(segment));
  }
  return found;
}

/** The part of a sentence that is no code: 1 if there is none, 0 if there is nothing else. */
export function shareOfProse(sentence: string): number {
  return sentence.replaceAll(code, "").length / Math.max(sentence.length, 1);
}

function termOf(word: string): string {
  const term = word
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’]s$/, "");
  if (term.length > 4 && /[^ea]ies$/.test(term)) return `${term.slice(0, -3)}y`;
  if (term.length > 3 && /[^us]s$/.test(term)) return term.slice(0, -1);
  return term;
}
