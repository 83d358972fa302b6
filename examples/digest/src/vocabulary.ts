/** How often terms occur in all the documents: what is frequent in one and rare in the others tells about it. */
export class Vocabulary {
  #documents = 0;
  #sentences = 0;
  readonly #documentsWith = new Map<string, number>();
  readonly #sentencesWith = new Map<string, number>();

  /** Counts the sentences of one document, each a list of terms. */
  add(sentences: readonly (readonly string[])[]): void {
    this.#documents += 1;
    this.#sentences += sentences.length;
    for (const term of new Set(sentences.flat())) increase(this.#documentsWith, term);
    for (const terms of sentences) {
      for (const term of new Set(terms)) increase(this.#sentencesWith, term);
    }
  }

  /** What each term of a document tells about it. Terms of its title tell more. */
  weigh(sentences: readonly (readonly string[])[], title: readonly string[]): Map<string, number> {
    const frequencies = new Map<string, number>();
    for (const term of sentences.flat()) increase(frequencies, term);
    const weights = new Map<string, number>();
    for (const [term, frequency] of frequencies) {
      const titled = title.includes(term) ? 1.5 : 1;
      weights.set(term, Math.log(1 + frequency) * this.#rarity(term) * titled);
    }
    return weights;
  }

  /** By sentences and by documents: the latter alone would say nothing about a single document. */
  #rarity(term: string): number {
    const sentencesWith = this.#sentencesWith.get(term) ?? 0;
    const documentsWith = this.#documentsWith.get(term) ?? 0;
    const inSentences = Math.log((this.#sentences + 1) / (sentencesWith + 0.5));
    const inDocuments = 1 + Math.log((this.#documents + 1) / (documentsWith + 0.5));
    return inSentences * inDocuments;
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
