import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { execute } from "../../../tools/commands.ts";
import { compiler, typescripts } from "../world.ts";
import type { World } from "../world.ts";

/** An error that a compiler reported. */
interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const wrongLines = readFileSync(new URL("../app/wrong.ts", import.meta.url), "utf8").split("\n");

/** The lines of `wrong.ts` that must not compile, each with the name that its error is about. */
const wrongUses = wrongLines.flatMap((text, index) => {
  const name = /^\s*\/\/ error: (.+)$/.exec(text)?.[1];
  return name === undefined ? [] : [{ name, line: index + 2, text: wrongLines[index + 1] ?? "" }];
});

/** What compilers say about programs that use the packages. */
export function compilers(world: () => World): void {
  describe.for(typescripts)("TypeScript %s", (typescript) => {
    describe.for(["nodenext", "bundler"])("with the modules of %s", (modules) => {
      let found: readonly Diagnostic[];

      beforeAll(async () => {
        const args = [...compiler(typescript), "-p", `tsconfig.${modules}.json`];
        const { stdout } = await execute(process.execPath, args, { cwd: world().project });
        found = diagnosticsIn(stdout);
      });

      test("compiles what is right, the program of the front page too", () => {
        expect(found.filter(({ file }) => file !== "wrong.ts")).toEqual([]);
      });

      test("finds nothing else wrong in the wrong program", () => {
        const wrong = found.filter(({ file }) => file === "wrong.ts");

        expect(wrong.map(({ line }) => line)).toEqual(wrongUses.map(({ line }) => line));
      });

      test.for(wrongUses)('reports "$name" in line $line: $text', ({ name, line, text }) => {
        const error = found.find((one) => one.file === "wrong.ts" && one.line === line);

        const named = error?.message.includes(`'${name}'`);
        const pointedAt = text.startsWith(name, (error?.column ?? 0) - 1);
        expect(named || pointedAt, error?.message).toBe(true);
        // A type that nobody can read is long.
        expect(error?.message.split("\n", 1)[0]?.length).toBeLessThan(200);
      });
    });
  });
}

/** Reads what `tsc --pretty false` prints: an error a line, and more about it in indented ones. */
function diagnosticsIn(output: string): readonly Diagnostic[] {
  const blocks = output.trim().split(/\n(?! )/);
  return blocks.filter(Boolean).map((block) => {
    const [, file, line, column, message] =
      /^(.+?)\((\d+),(\d+)\): error (TS\d+: .+)$/s.exec(block) ?? [];
    if (file === undefined || message === undefined)
      return { file: block, line: 0, column: 0, message: block };
    return { file, line: Number(line), column: Number(column), message };
  });
}
