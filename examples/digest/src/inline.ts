const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&gt;": ">",
  "&lt;": "<",
  "&nbsp;": " ",
  "&quot;": '"',
  "&#39;": "'",
};

/** Code spans and escaped characters, whose content is no markup. */
const literal = /(?<!`)(`+)(?!`)[^]{0,2000}?[^`]\1(?!`)|\\([!-/:-@[-`{-~])/g;

/** Each step of the cleaning, in order: images before links, because a link may hold an image. */
const steps: readonly (readonly [RegExp, string])[] = [
  [/!\[[^\]]{0,500}\](?:\([^()]{0,2000}\)|\[[^\]]{0,500}\])/g, ""],
  [/\[\^[^\]\s]{1,100}\]/g, ""],
  [/\[([^[\]]{0,1000})\](?:\((?:[^()]|\([^()]{0,500}\)){0,2000}\)|\[[^\]]{0,500}\])/g, "$1"],
  [/<((?:https?|mailto):[^\s>]{1,2000})>/g, "$1"],
  [/<\/?[a-z][^<>]{0,1000}>/gi, ""],
  [/(\*{1,3})(?=\S)([^*]{1,1000}?)(?<=\S)\1/g, "$2"],
  [/(?<![\p{L}\p{N}_])(_{1,3})(?=\S)([^_]{1,1000}?)(?<=\S)\1(?![\p{L}\p{N}_])/gu, "$2"],
  [/~~(?=\S)([^~]{1,1000}?)(?<=\S)~~/g, "$1"],
];

/** One paragraph of Markdown as it reads: without links, images, emphasis and tags. Code stays in its backticks. */
export function cleanInline(markdown: string): string {
  const literals: string[] = [];
  let text = markdown.replaceAll(literal, (whole, _ticks, escaped?: string) => {
    literals.push(escaped ?? whole);
    return `\uE000${literals.length - 1}\uE001`;
  });
  // Twice, because emphasis may hold emphasis.
  for (const [pattern, replacement] of [...steps, ...steps]) {
    text = text.replaceAll(pattern, replacement);
  }
  return text
    .replaceAll(/&(?:amp|gt|lt|nbsp|quot|#39);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\uE000(\d+)\uE001/g, (_, index) => literals[Number(index)] ?? "")
    .replaceAll(/\s+/g, " ")
    .trim();
}
