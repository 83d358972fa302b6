import { findFiles } from "./find-files.ts";
import { readText } from "./read-text.ts";
import { Refusal } from "./refusal.ts";

/** Where a text is. */
export interface Found {
  /** Those with the most such lines first. */
  readonly files: readonly FoundFile[];
  /** What is not among them, in words. */
  readonly notes: readonly string[];
}

interface FoundFile {
  readonly path: string;
  /** How many lines have the text. */
  readonly lines: number;
  /** The first of them. */
  readonly first: readonly { readonly line: number; readonly text: string }[];
}

const mostFiles = 5_000;
const mostBytes = 1_000_000;
const mostBytesInAll = 100_000_000;
const mostShown = 15;
const mostLines = 3;
const mostOfLine = 200;

/**
 * Looks for a text, as it is but for upper and lower case, in the files of a folder and of the folders in it.
 *
 * @throws {Refusal} if the path leads to no folder inside the root.
 */
export async function search(
  root: string,
  path: string,
  text: string,
  signal: AbortSignal,
): Promise<Found> {
  const { paths, notes } = await findFiles(root, path, signal);
  const files: FoundFile[] = [];
  let [searched, bytes, cut, left] = [0, 0, 0, 0];
  for (const file of paths.slice(0, mostFiles)) {
    if (bytes > mostBytesInAll) break;
    const part = await readText(root, file, { from: 0, most: mostBytes }).catch(none);
    signal.throwIfAborted();
    searched += 1;
    if (part?.text === undefined) {
      left += 1;
      continue;
    }
    bytes += part.to;
    if (!part.isLast) cut += 1;
    const { lines, first } = linesWith(part.text, text.toLowerCase());
    if (lines > 0) files.push({ path: file, lines, first });
  }
  return {
    files: files.toSorted((a, b) => b.lines - a.lines).slice(0, mostShown),
    notes: [
      ...notes,
      ...(files.length > mostShown
        ? [`Files with it: ${files.length}, of which these are ${mostShown}.`]
        : []),
      ...(searched < paths.length
        ? [`Only ${searched} of ${paths.length} files were searched: name a folder.`]
        : []),
      ...(cut > 0 ? [`Files of which only the first MB was searched: ${cut}.`] : []),
      ...(left > 0 ? [`Files that are no UTF-8 text, or must not be read: ${left}.`] : []),
    ],
  };
}

/** A file that cannot be read does not end a search. */
function none(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error;
}

function linesWith(text: string, wanted: string): Pick<FoundFile, "lines" | "first"> {
  const first: { line: number; text: string }[] = [];
  let lines = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const at = line.toLowerCase().indexOf(wanted);
    if (at === -1) continue;
    lines += 1;
    if (first.length === mostLines) continue;
    const from = Math.max(0, at - mostOfLine / 2);
    const shown = line.slice(from, from + mostOfLine).toWellFormed();
    first.push({ line: index + 1, text: shown.trim() });
  }
  return { lines, first };
}
