import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../docs/compile.ts";
import { examplesOf, tsdocExamplesOf } from "../docs/examples.ts";
import { allExamples, root } from "../docs/pages.ts";
import type { Program } from "../docs/programs.ts";
import { writePrograms } from "../docs/programs.ts";
import { run } from "../docs/run.ts";

describe("the documentation", () => {
  const folder = join(root, "tests/temp/docs");
  const examples = allExamples();
  const programs = writePrograms(folder, examples);

  test("every example compiles", { timeout: 60_000 }, () => {
    expect(compile(folder, programs)).toEqual([]);
  });

  test.concurrent.for(programs.filter(({ isRun }) => isRun))(
    "$place does what it says",
    { timeout: 120_000 },
    async (program, { skip, expect: expectHere }) => {
      skip(needsNewerNode(program), "this Node.js has no `await using`");

      expectHere(await run(program)).toBe("");
    },
  );

  test.for(examples.filter(({ file }) => file !== undefined))(
    "$page:$line is an excerpt of $file",
    ({ page, code, file = "" }) => {
      expect(readFileSync(join(root, dirname(page), file), "utf8")).toContain(code);
    },
  );
});

describe("an example", () => {
  const folder = join(root, "tests/temp/docs-of-tests");
  const programsOf = (...texts: string[]): Program[] =>
    writePrograms(folder, examplesOf("page.md", texts.join("\n\n")));

  test("that does not compile is reported with its line of the page", { timeout: 60_000 }, () => {
    const programs = programsOf(
      "# Page",
      block("const n: number = 1;", "const s: string = n;"),
      said("module=numbers.ts", block("export const one = 1;")),
      said("module=numbers.ts", block("export const two: string = one + one;")),
      said("compile", block('import { two } from "./numbers.ts";', "export const four: 4 = two;")),
      said("prelude=tsdoc", block("rank(1);")),
    );

    const reported = compile(folder, programs);

    expect(reported.toSorted()).toEqual([
      "page.md:17: TS2322: Type 'number' is not assignable to type 'string'.",
      "page.md:24: TS2322: Type 'string' is not assignable to type '4'.",
      "page.md:30: TS2345: Argument of type 'number' is not assignable to parameter of type 'readonly string[]'.",
      "page.md:5: TS2322: Type 'number' is not assignable to type 'string'.",
    ]);
  });

  test("that throws is reported with its line of the page", { timeout: 120_000 }, async () => {
    const programs = programsOf(
      "# Page",
      block("const reason = 'because';", "throw Error(reason);"),
    );

    const [reported] = await Promise.all(programs.map(run));

    expect(reported).toMatch(/^It ends with 1\.[^]*line-4\.ts:5[^]*because/);
  });

  test("that prints something else than it says is reported", { timeout: 120_000 }, async () => {
    const programs = programsOf(
      block("console.log(6 * 7); // 42"),
      block("console.log(6 * 8); // 42"),
      block("console.log(", "  6,", "  7,", "); // 6 7", "console.log('and more');"),
      block("console.log(6 * 9);"),
    );

    const reported = await Promise.all(programs.map(run));

    expect(reported).toEqual([
      "",
      "It says\n42\nand prints\n48\n",
      "It says\n6 7\nand prints\n6 7\nand more\n",
      "",
    ]);
  });

  test("is run, unless it is to be compiled alone or part of a module", () => {
    const programs = programsOf(
      block("1;"),
      said("compile", block("2;")),
      said("module=three.ts", block("3;")),
      said("prelude=tsdoc", block("4;")),
      "```sh\n5\n```",
    );

    expect(programs.map(({ isRun, place }) => isRun && place)).toEqual([
      "page.md:2",
      false,
      false,
      "page.md:20",
    ]);
  });

  test("with a comment that says nothing about it is refused", () => {
    expect(() => programsOf(said("complie", block("1;")))).toThrow(
      '"complie" says nothing about an example',
    );
  });

  test("of a TSDoc comment ends with the next tag", () => {
    const comment = ["Adds.", "", "@example", "```ts", "add(1, 2);", "```", "@param a - one"];
    const source = ["/**", ...comment.map((line) => ` * ${line}`), " */", "add();"].join("\n");

    expect(tsdocExamplesOf("add.ts", source)).toMatchObject([
      { page: "add.ts", line: 5, code: "\nadd(1, 2);\n", compile: true },
    ]);
  });
});

function said(words: string, text: string): string {
  return `<!-- example: ${words} -->\n\n${text}`;
}

function block(...code: string[]): string {
  return ["```ts", ...code, "```"].join("\n");
}

function needsNewerNode({ text }: Program): boolean {
  return Number.parseInt(process.versions.node, 10) < 24 && text.includes("await using");
}
