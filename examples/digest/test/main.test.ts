import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { corpus } from "./corpus.ts";
import { folderWith, runProgram } from "./support.ts";

const program = "src/main.ts";

test("it writes the report; the same command again returns what is recorded", async () => {
  const [folder, out] = [await folderWith(corpus), await folderWith()];

  const first = await runProgram(program, folder, out);
  await rm(join(folder, "bees.md"));
  const second = await runProgram(program, folder, out);

  const [report] = (await readdir(out)).filter((name) => name.endsWith(".md"));
  expect(first.out).toBe(`6 sentences of 2 documents: ${join(out, report ?? "")}\n`);
  expect(second).toEqual(first);
  expect(first).toMatchObject({ errors: "", code: 0 });
});

test("--again begins it anew", async () => {
  const [folder, out] = [await folderWith(corpus), await folderWith()];
  await runProgram(program, folder, out);
  await rm(join(folder, "bees.md"));

  const { out: said } = await runProgram(program, folder, out, "--again");

  expect(said).toContain("3 sentences of 1 document:");
});

test("bad input is said in one line, and once it is put right the same command works", async () => {
  const [folder, out] = [await folderWith(), await folderWith()];

  const bad = await runProgram(program, folder, out);
  await writeFile(join(folder, "a.md"), "This is a sentence of a text.");
  const good = await runProgram(program, folder, out);

  expect(bad).toMatchObject({ code: 1, out: "" });
  expect(bad.errors).toBe(`There is no text (.md, .txt) in "${folder}".\n`);
  expect(good).toMatchObject({ code: 0, errors: "" });
});

test("the program to copy is at most 60 lines, and the README has it as it is", async () => {
  const root = join(import.meta.dirname, "..");
  const source = await readFile(join(root, program), "utf8");

  expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
  expect(await readFile(join(root, "README.md"), "utf8")).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
});
