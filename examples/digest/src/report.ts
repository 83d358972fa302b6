import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { count } from "./count.ts";
import { fileProblem } from "./problem.ts";
import type { Ranking } from "./rank.ts";
import type { Step } from "./step.ts";

/** Writes the report, whole or not at all: once more does no harm. @returns where it is */
export async function writeReport(
  file: string,
  rankings: readonly Ranking[],
  step: Step,
): Promise<string> {
  const parts = [introduction(rankings)];
  await step(0, rankings.length);
  for (const [index, ranking] of rankings.entries()) {
    parts.push(section(ranking));
    await step(index + 1, rankings.length);
  }
  const part = `${file}.part`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, `${parts.join("\n\n")}\n`, { flush: true });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw fileProblem(`Cannot write the report "${file}"`, error);
  }
  return file;
}

/** @throws {Problem} */
export async function readReport(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw fileProblem(`Cannot read the report "${file}"`, error);
  }
}

/** The line under which a document's sentences are. */
export function headingOf({ path, title }: Ranking): string {
  const named = title === path || path.endsWith(`/${title}`) ? "" : `: ${escape(title)}`;
  return `## ${escape(path)}${named}`;
}

/** The line that quotes a sentence. */
export function quoteOf({ text }: { readonly text: string }): string {
  return `- ${escape(text)}`;
}

function introduction(rankings: readonly Ranking[]): string {
  const sentences = rankings.reduce((sum, ranking) => sum + ranking.sentences, 0);
  return [
    "# Digest",
    "",
    `The most telling sentences of ${count(rankings.length, "document")}, out of ${count(sentences, "sentence")}.`,
  ].join("\n");
}

function section(ranking: Ranking): string {
  const quotes = ranking.telling.map(quoteOf);
  const body = quotes.length > 0 ? quotes : ["There is no running text in it."];
  return [headingOf(ranking), "", ...body].join("\n");
}

/** Text as Markdown shows it unchanged. Code keeps its backticks. */
function escape(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : escapeProse(part)))
    .join("")
    .replace(/^(\d+)([.)])(?=\s)/, "$1\\$2")
    .replace(/^([#>+-])/, "\\$1");
}

function escapeProse(text: string): string {
  return text
    .replaceAll(/[\\*[\]<`]/g, "\\$&")
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replaceAll(/&(?=#?\w+;)/g, "\\&");
}
