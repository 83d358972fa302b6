const words = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

export function countWords(text: string): number {
  return [...text.matchAll(words)].length;
}

/** The words of a text, each once, in small letters. */
export function distinctWords(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(words)].map(([found]) => found.normalize("NFC").toLowerCase()));
}

/** The words that both texts have, out of all that either has: 0 to 1. */
export function shareInCommon(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const both = [...some].filter((word) => others.has(word)).length;
  return both === 0 ? 0 : both / (some.size + others.size - both);
}
