import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkReport } from "../src/checks.ts";
import type { Ranking } from "../src/rank.ts";
import { writeReport } from "../src/report.ts";
import { folderWith, noStep } from "./support.ts";

const rankings: readonly Ranking[] = [
  {
    path: "docs/a_b.md",
    title: "A <b> guide",
    sentences: 9,
    telling: [
      { text: "Use `a*b` or *c*, not <d>.", score: 2 },
      { text: "# is no heading, and _this_ is snake_case.", score: 1 },
    ],
  },
  { path: "code.txt", title: "code.txt", sentences: 0, telling: [] },
];

test("the report has a heading for each document, and quotes its sentences as they read", async () => {
  const report = join(await folderWith(), "deep", "digest.md");

  await writeReport(report, rankings, noStep);

  expect(await readFile(report, "utf8")).toBe(
    [
      "# Digest\n",
      "The most telling sentences of 2 documents, out of 9 sentences.\n",
      "## docs/a_b.md: A \\<b> guide\n",
      "- Use `a*b` or \\*c\\*, not \\<d>.",
      "- \\# is no heading, and \\_this\\_ is snake_case.\n",
      "## code.txt\n",
      "There is no running text in it.\n",
    ].join("\n"),
  );
});

test("writing it again changes nothing, and leaves nothing else behind", async () => {
  const folder = await folderWith({ "digest.md.part": "half a rep" });
  const report = join(folder, "digest.md");

  await writeReport(report, rankings, noStep);
  const before = await readFile(report, "utf8");
  await writeReport(report, rankings, noStep);

  expect(await readFile(report, "utf8")).toBe(before);
  expect(await readdir(folder)).toEqual(["digest.md"]);
});

test("a place that cannot be written to is said in one line", async () => {
  const folder = await folderWith({ "file.md": "A file." });

  await expect(writeReport(join(folder, "file.md", "x.md"), rankings, noStep)).rejects.toThrow(
    /^Cannot write the report ".*": .*\.$/,
  );
});

test("the check counts what the report quotes, and finds what it lacks", async () => {
  const report = await writeReport(join(await folderWith(), "digest.md"), rankings, noStep);

  expect(await checkReport(report, rankings, noStep)).toEqual({
    report,
    documents: 2,
    sentences: 2,
  });

  await writeFile(report, (await readFile(report, "utf8")).replace("## code.txt", ""));
  await expect(checkReport(report, rankings, noStep)).rejects.toThrow('lacks "## code.txt"');
});
