/** Words that say nothing about what is asked. */
const common = new Set(
  `a about after all am an and any are as at be been before but by can could did do does for from had has have how i if in
   into is it its me my no not of on or our say says so tell than that the their them then there these they this to was we
   were what when where which who whose why will with would you your`.split(/\s+/),
);

/** The words of a question that are worth looking for, without the endings of English, each once. */
export function wordsOf(question: string): readonly string[] {
  const words = question.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  return [...new Set(words.filter((word) => !common.has(word)).map(stemOf))];
}

function stemOf(word: string): string {
  const [, long, short] = /^(.{4,})(?:ing|ed|es)$|^(.{2,}[^s])s$/.exec(word) ?? [];
  return long ?? short ?? word;
}

/** The sentences of running text: of Markdown, what is no code, table or heading. */
export function sentencesOf(text: string): readonly string[] {
  return text
    .replaceAll(/^```.*?^```$/gms, "")
    .split(/\n\s*\n|\n(?=\s*(?:[-*] |\d+\. ))/)
    .filter((paragraph) => !/^\s*(?:#|\||<)/.test(paragraph))
    .map((paragraph) => paragraph.replaceAll(/\s+/g, " ").replace(/^ ?(?:[-*]|\d+\.) /, ""))
    .flatMap((paragraph) => paragraph.trim().split(/(?<=[.!?]) (?=[\p{Lu}`"[*])/u))
    .filter((sentence) => sentence.length >= 20);
}
