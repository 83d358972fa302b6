/**
 * Takes the examples out of the documentation, so that they can be compiled and run.
 *
 * Every fenced `ts` block of a page is an example: it is compiled under the repository's strict settings, and run as a
 * program of its own in an empty folder. It must exit with 0; if a `console.log(…); // 42` says what it prints, then the
 * program prints just that, line by line. A comment right before the block says what is different about it:
 *
 *     <!-- example: prelude=agent -->      names that it uses and does not declare come from preludes/agent.ts
 *     <!-- example: compile -->            compiled, but not run: it needs what a test has not
 *     <!-- example: module=store.ts -->    a part of a module; the parts of one name make a file that others import
 *     <!-- example: file=src/main.ts -->   an excerpt of that file, word for word, which is compiled where it is
 *
 * The `@example` blocks of TSDoc comments are compiled, with the prelude `tsdoc`.
 */

/** One block of code. */
export interface Example {
  /** The file that it is in, from the root of the repository. */
  readonly page: string;
  /** Of its first line of code. */
  readonly line: number;
  readonly code: string;
  readonly prelude?: string | undefined;
  readonly compile?: boolean | undefined;
  readonly module?: string | undefined;
  readonly file?: string | undefined;
}

type Manner = Pick<Example, "prelude" | "compile" | "module" | "file">;

/** Takes the `ts` blocks out of a Markdown page. @throws for a comment that is no example's */
export function examplesOf(page: string, text: string): Example[] {
  const lines = text.split("\n");
  const examples: Example[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, indentation, language] = /^( *)```(\w*)/.exec(lines[at] ?? "") ?? [];
    if (indentation === undefined) continue;
    const end = lines.indexOf(`${indentation}\`\`\``, at + 1);
    if (end === -1) throw new Error(`${page}:${at + 1}: This block has no end.`);
    const code = lines.slice(at + 1, end).map((line) => line.slice(indentation.length));
    const place = { page, line: at + 2 };
    if (language === "ts") examples.push({ ...place, code: code.join("\n"), ...manner(lines, at) });
    at = end;
  }
  return examples;
}

/** What the comment before a block says of it. */
function manner(lines: readonly string[], at: number): Manner {
  const before = lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "";
  const [, words] = /^\s*<!-- example: (.+) -->$/.exec(before) ?? [];
  const said: Record<string, string | true> = {};
  for (const word of words?.split(/, */) ?? []) {
    const [, name, value] = /^(prelude|module|file)=(\S+)$|^compile$/.exec(word) ?? [];
    if (name === undefined && word !== "compile") {
      throw new Error(`"${word}" says nothing about an example. See tests/docs/examples.ts.`);
    }
    said[name ?? "compile"] = value ?? true;
  }
  return said;
}

/** Takes the `@example` blocks out of a source file. */
export function tsdocExamplesOf(page: string, text: string): Example[] {
  const examples: Example[] = [];
  for (const { 0: comment, index } of text.matchAll(/^ *\/\*\*$[^]*?\*\//gm)) {
    const first = text.slice(0, index).split("\n").length;
    const lines = comment.split("\n").map((line) => line.replace(/^ *\*(?: |\/|$)/, ""));
    for (const [tag, line] of lines.entries()) {
      if (!line.startsWith("@example")) continue;
      const next = lines.findIndex((other, at) => at > tag && other.startsWith("@"));
      const code = lines
        .slice(tag + 1, next === -1 ? undefined : next)
        .map((each) => (each.startsWith("```") ? "" : each))
        .join("\n");
      examples.push({ page, line: first + tag + 1, code, prelude: "tsdoc", compile: true });
    }
  }
  return examples;
}
