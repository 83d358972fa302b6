import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Example } from "./examples.ts";
import { root } from "./pages.ts";

/** A file that is made of one example, or of the parts of a module. Its lines have the numbers that they have on the page. */
export interface Program {
  readonly file: string;
  readonly page: string;
  /** Page and line. */
  readonly place: string;
  readonly text: string;
  /** Whether it is to be run by itself. */
  readonly isRun: boolean;
}

/** Writes examples into a folder of the repository, emptied first, from where the packages are found. */
export function writePrograms(folder: string, examples: readonly Example[]): Program[] {
  rmSync(folder, { recursive: true, force: true });
  const byFile = Map.groupBy(
    examples.filter(({ file }) => file === undefined),
    ({ page, line, module = `line-${line}.ts` }) =>
      join(folder, page.replaceAll("/", "__"), module),
  );
  const programs = [...byFile].map(([file, parts]) => programOf(file, parts));
  for (const { file, text } of programs) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return programs;
}

function programOf(file: string, parts: readonly Example[]): Program {
  const lines: string[] = [];
  for (const example of parts) {
    lines.length = Math.max(lines.length, example.line - 2);
    lines.push(preludeOf(example, file), ...example.code.split("\n"));
  }
  const [{ page, line } = { page: "", line: 0 }] = parts;
  const isRun = parts.every(({ compile, module }) => compile !== true && module === undefined);
  return { file, page, place: `${page}:${line}`, text: `${lines.join("\n")}\n`, isRun };
}

/** Imports what an example uses of its prelude. */
function preludeOf({ prelude, code }: Example, file: string): string {
  if (prelude === undefined) return "";
  const path = join(root, "tests/docs/preludes", `${prelude}.ts`);
  const used = exportsOf(readFileSync(path, "utf8")).filter((exported) => {
    const name = exported.replace("type ", "");
    return new RegExp(`\\b${name}\\b`).test(code) && !declares(code, name);
  });
  return used.length === 0
    ? ""
    : `import { ${used.join(", ")} } from "${relative(dirname(file), path)}";`;
}

/** Names that a prelude exports, those of types with `type` before them. */
function exportsOf(text: string): string[] {
  const declared = text.matchAll(
    /^export (?:declare )?(?:async )?(const|function|class|interface|type) (\w+)/gm,
  );
  const handedOn = text.matchAll(/^export \{([^}]+)\}/gm);
  return [
    ...[...declared].map(([, kind = "", name]) =>
      /^[it]/.test(kind) ? `type ${name}` : `${name}`,
    ),
    ...[...handedOn].flatMap(([, names = ""]) => names.split(",").map(nameOf)),
  ].filter((name) => name !== "");
}

function declares(code: string, name: string): boolean {
  const declared = `\\b(?:const|let|using|function|class|interface|type) ${name}\\b`;
  return new RegExp(`${declared}|\\bimport [^;]*\\b${name}\\b[^;]*;`).test(code);
}

/** What an exported name is known by: `b` of `a as b`. */
function nameOf(exported: string): string {
  return exported.trim().replace(/\w+ as /, "");
}
