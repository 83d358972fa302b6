import { expect, test } from "vitest";
import { readProse } from "../src/prose.ts";
import { splitSentences, termsOf } from "../src/sentences.ts";

const paragraphsOf = (markdown: string): readonly string[] => readProse(markdown, true).paragraphs;

test("paragraphs and items of lists are running text; each item is a paragraph", () => {
  const markdown =
    "One line\nand its next.\n\n- An item,\n  continued.\n- [x] A task.\n\n1. A number.";

  expect(paragraphsOf(markdown)).toEqual([
    "One line and its next.",
    "An item, continued.",
    "A task.",
    "A number.",
  ]);
});

test("headings, rules, tables, code, comments, front matter and definitions are none", () => {
  const markdown = [
    "---\ntitle: No\n---\n# No\n\nNo\n--\n\n***\n\n| No | no |\n| -- | -- |\n| no | no |\n",
    "```\nno\n```\n\n    no = 1\n\n~~~~md\n```\nno\n~~~~\n\n<!-- no\n\nno -->\n\n<pre>\nno\n</pre>\n",
    "No | no\n--- | ---\nno | no\n\n[no]: https://no.example\n\nYes.",
  ].join("\n");

  expect(paragraphsOf(markdown)).toEqual(["Yes."]);
});

test("links, images, emphasis, tags, escapes and entities read as their text", () => {
  const markdown =
    '![no](no.png) **Bold *and* slanted** [a `link`](x_(y).md "t"), [a reference][r], <b>tag</b>, <https://a.example>, 2 \\* 3 &amp; snake_case_name, _under_[^1].';

  expect(paragraphsOf(markdown)).toEqual([
    "Bold and slanted a `link`, a reference, tag, https://a.example, 2 * 3 & snake_case_name, under.",
  ]);
});

test("what is in a code span stays as it is", () => {
  expect(paragraphsOf("Use `a **b** [c](d) <e>` and ``f ` g``.")).toEqual([
    "Use `a **b** [c](d) <e>` and ``f ` g``.",
  ]);
});

test("code in three backticks on one line opens no block", () => {
  expect(paragraphsOf("```code``` is a word.\n\nYes.")).toEqual(["```code``` is a word.", "Yes."]);
});

test.each([
  ["# The *title*\n\n# Another", "The title"],
  ["The title\n=====", "The title"],
  ['<h1 align="center">\n  The title\n</h1>', "The title"],
  ["## A section", undefined],
])("the title of %j is %j", (markdown, title) => {
  expect(readProse(markdown, true).title).toBe(title);
});

test("plain text is read as it is, by paragraphs", () => {
  expect(readProse("\uFEFF# one\r\n*line*\r\n\r\ntwo\n", false)).toEqual({
    title: undefined,
    paragraphs: ["# one *line*", "two"],
  });
});

test("markup without an end does not hang, or swallow the rest", () => {
  const long = "<!-- [a](b ** `c ![d] <e _f ".repeat(5_000);

  expect(paragraphsOf(`${long}\n\nYes.`).at(-1)).toBe("Yes.");
});

test("full stops of abbreviations and in code end no sentence; one before code does", () => {
  expect(splitSentences("Use it, e.g. Node. Call `a. B` now. `c` is next? Dr. No. 5 is.")).toEqual([
    "Use it, e.g. Node.",
    "Call `a. B` now.",
    "`c` is next?",
    "Dr. No. 5 is.",
  ]);
});

test("upper and lower case, singular and plural are one term; addresses are none", () => {
  expect(termsOf("Runs run, stories' STORY: https://no.example 42 class.")).toEqual([
    "run",
    "run",
    "story",
    "story",
    "class",
  ]);
});
