import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { findTexts } from "./find-texts.ts";
import { fileProblem, Problem } from "./problem.ts";
import { readProse } from "./prose.ts";
import type { Step } from "./step.ts";

/** The running text of one file. */
export interface Document {
  /** Relative to the folder, with `/` on every system. */
  readonly path: string;
  readonly title: string;
  /** Without code, tables, headings and markup. */
  readonly paragraphs: readonly string[];
}

const mostBytes = 1_000_000;
const mostBytesInAll = 32_000_000;

/**
 * Reads the texts of a folder. Files that are no text inside, or over 1 MB, are left out.
 *
 * @throws {Problem} if a file cannot be read, or there is no text, or too much of it.
 */
export async function collect(
  { folder, report }: { readonly folder: string; readonly report: string },
  step: Step,
): Promise<readonly Document[]> {
  const { root, paths } = await findTexts(folder, report);
  const documents: Document[] = [];
  let bytes = 0;
  await step(0, paths.length);
  for (const [index, path] of paths.entries()) {
    const text = await readText(join(root, path));
    if (text !== undefined) {
      const { title = basename(path), paragraphs } = readProse(text, /\.md$/i.test(path));
      documents.push({ path, title, paragraphs });
      bytes += text.length;
    }
    if (bytes > mostBytesInAll) {
      throw new Problem(`"${folder}" is too large for one digest. Give a folder in it.`);
    }
    await step(index + 1, paths.length);
  }
  if (documents.length === 0) {
    throw new Problem(`There is no readable text (UTF-8, up to 1 MB) in "${folder}".`);
  }
  return documents;
}

/** The text of a file; `undefined` if it is too large, or is no text. */
async function readText(file: string): Promise<string | undefined> {
  let bytes: Buffer;
  try {
    if ((await stat(file)).size > mostBytes) return undefined;
    bytes = await readFile(file);
  } catch (error) {
    throw fileProblem(`Cannot read "${file}"`, error);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
