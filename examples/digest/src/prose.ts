import { cleanInline } from "./inline.ts";

/** What of a text can be read aloud. */
export interface Prose {
  /** The first heading of the first level. */
  readonly title: string | undefined;
  readonly paragraphs: readonly string[];
}

const fence = /^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}(?!.*`)|~{3,})/;
const quote = /^\s*(?:>\s?)+(?:\[!\w+\]\s*)?/;
const heading = /^ {0,3}(#{1,6})(?:\s+(.*?))?\s*#*\s*$/;
const underline = /^ {0,3}(?:(=+)|-{2,})\s*$/;
const htmlTitle = /<h1\b[^>]{0,500}>([^]{0,500}?)<\/h1>/i;
const rule = /^ {0,3}(?:(?:\*\s*){3,}|(?:_\s*){3,}|(?:-\s*){3,})$/;
const item = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const definition = /^ {0,3}\[[^\]]+\]:(?:\s|$)/;

/** Takes the running text out of Markdown, or out of plain text. */
export function readProse(text: string, isMarkdown: boolean): Prose {
  const clean = text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
  return isMarkdown ? new MarkdownReader().read(clean) : readPlain(clean);
}

function readPlain(text: string): Prose {
  const paragraphs = text
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s+/g, " ").trim())
    .filter((paragraph) => paragraph !== "");
  return { title: undefined, paragraphs };
}

/** Reads Markdown line by line. It need not tell all of its blocks apart: only text from what is none. */
class MarkdownReader {
  #title: string | undefined;
  readonly #paragraphs: string[] = [];
  #lines: string[] = [];
  /** The fence that ends the code that is being left out. */
  #fence: string | undefined;
  #inList = false;
  #inTable = false;

  read(text: string): Prose {
    const shown = withoutHidden(text);
    for (const line of withoutFrontMatter(shown.split("\n"))) this.#take(line);
    this.#flush();
    this.#entitle(htmlTitle.exec(shown)?.[1]);
    return { title: this.#title, paragraphs: this.#paragraphs };
  }

  #take(line: string): void {
    if (this.#isCode(line)) return;
    const text = line.replace(quote, "");
    if (text.trim() === "") {
      this.#flush();
      this.#inTable = false;
      return;
    }
    if (this.#inTable || this.#isStructure(text)) return;
    const isItem = item.test(text);
    if (isItem) this.#flush();
    if (isItem || (this.#lines.length === 0 && !/^\s/.test(text))) this.#inList = isItem;
    this.#lines.push(text.replace(item, "").trim());
  }

  #isCode(line: string): boolean {
    const found = fence.exec(line)?.[1];
    if (this.#fence !== undefined) {
      if (found?.startsWith(this.#fence)) this.#fence = undefined;
      return true;
    }
    if (found !== undefined) {
      this.#flush();
      this.#fence = found;
      return true;
    }
    return /^(?: {4}|\t)/.test(line) && this.#lines.length === 0 && !this.#inList;
  }

  /** Takes headings, rules, tables and definitions, none of which is running text. */
  #isStructure(text: string): boolean {
    const [isHeading, level, title] = heading.exec(text) ?? [];
    const [isUnderline, firstLevel] = underline.exec(text) ?? [];
    if (isHeading !== undefined) {
      this.#flush();
      this.#inList = false;
      if (level === "#") this.#entitle(title);
    } else if (isUnderline !== undefined && this.#lines.length > 0) {
      if (firstLevel !== undefined) this.#entitle(this.#lines.join(" "));
      this.#lines = [];
    } else if (tableRule.test(text) && text.includes("|")) {
      this.#lines.pop();
      this.#inTable = true;
    } else if (rule.test(text) || text.startsWith(":::")) {
      this.#flush();
    } else {
      return definition.test(text) || text.trimStart().startsWith("|");
    }
    return true;
  }

  #entitle(markdown = ""): void {
    const title = cleanInline(markdown).replaceAll("`", "");
    if (title !== "") this.#title ??= title;
  }

  #flush(): void {
    const paragraph = cleanInline(this.#lines.join("\n"));
    if (paragraph !== "") this.#paragraphs.push(paragraph);
    this.#lines = [];
  }
}

const hiding = /<!--|<(pre|script|style|svg)\b/gi;

/** Leaves out comments, and what HTML does not show as running text. */
function withoutHidden(text: string): string {
  let kept = "";
  let from = 0;
  for (const found of text.matchAll(hiding)) {
    if (found.index < from) continue;
    const closing = found[1] === undefined ? "-->" : `</${found[1]}>`;
    const end = text.indexOf(closing, found.index);
    if (end === -1) break;
    kept += text.slice(from, found.index);
    from = end + closing.length;
  }
  return kept + text.slice(from);
}

function withoutFrontMatter(lines: readonly string[]): readonly string[] {
  if (lines[0] !== "---") return lines;
  const end = lines.indexOf("---", 1);
  return end === -1 ? lines : lines.slice(end + 1);
}
