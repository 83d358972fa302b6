/** Text that others have written, for a terminal: without what would steer it. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "\n" || character === "\t" ? character : "\uFFFD",
  );
}

/** The same on one line, without its middle if it has more than so many characters. */
export function oneLine(text: string, most: number): string {
  const line = printable(text.replaceAll(/\s+/g, " ").trim());
  if (line.length <= most) return line;
  return `${line.slice(0, most / 2)} … ${line.slice(-most / 2)}`;
}
