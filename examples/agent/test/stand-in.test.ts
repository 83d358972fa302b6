import { generateText, streamText } from "ai";
import { expect, test } from "vitest";
import { nextStep } from "../src/plan.ts";
import { standIn } from "../src/stand-in.ts";
import { sentencesOf, wordsOf } from "../src/words.ts";

const nothing = { listings: [], searches: [], readings: [] };
const listing = { files: ["a.md", "b.md"], notes: [] };

const foundIn = (...paths: string[]) => ({
  files: paths.map((path) => ({ path, lines: 1, first: [] })),
  notes: [],
});

test("it looks for the words of a question that say something, without their endings", () => {
  expect(wordsOf("What happens when the processes are killed, and killed again?")).toEqual([
    "happen",
    "process",
    "kill",
    "again",
  ]);
  expect(wordsOf("Wie heißt der Bär in Ærø?")).toContain("heißt");
  expect(wordsOf("!?")).toEqual([]);
});

test("first it lists the files and looks for the words, all at once", () => {
  expect(nextStep("Where do bees dance?", nothing)).toEqual({
    calls: [
      ["list_files", {}],
      ["search", { text: "bee" }],
      ["search", { text: "dance" }],
    ],
  });
});

test("then it reads the files that have the rarest of them, texts before all else", () => {
  const searches = [foundIn("a.md", "b.md", "c.svg"), foundIn("b.md")];

  expect(nextStep("bees dance", { ...nothing, listings: [listing], searches })).toEqual({
    calls: [
      ["read_file", { path: "b.md" }],
      ["read_file", { path: "a.md" }],
    ],
  });
});

test("then it quotes the sentences that have them, and names the files", () => {
  const readings = [
    {
      path: "b.md",
      bytes: 1,
      text: "# Bees\n\nNothing of the kind is here. All bees like to dance.",
    },
    undefined,
  ];
  const gathered = { listings: [listing], searches: [foundIn("b.md"), foundIn("b.md")], readings };

  expect(nextStep("bees dance", gathered)).toEqual({
    answer: "- All bees like to dance. (b.md)",
  });
});

test.each([
  ["nothing is found", [foundIn(), foundIn()]],
  ["the searches fail", [undefined, undefined]],
])("it says so if %s", (_, searches) => {
  expect(nextStep("bees dance", { ...nothing, listings: [listing], searches })).toEqual({
    answer: "Nothing of the question was found in the folder (2 files listed).",
  });
});

test("headings, tables and code are no sentences", () => {
  const markdown = [
    "# A heading that is long enough.",
    "| A table | that is long enough |\n| --- | --- |",
    "```ts\nconst code = 'that is long enough.';\n```",
    "- An item that is long enough.\n- Another one, which is\n  continued here.",
    "A sentence that is long enough. And `code` begins another one!",
  ].join("\n\n");

  expect(sentencesOf(markdown)).toEqual([
    "An item that is long enough.",
    "Another one, which is continued here.",
    "A sentence that is long enough.",
    "And `code` begins another one!",
  ]);
});

test("it is a model of the AI SDK, but for streaming", async () => {
  const { text, finishReason, usage } = await generateText({ model: standIn, prompt: "?" });
  const failed = streamText({ model: standIn, prompt: "?", onError: () => {}, maxRetries: 0 });

  expect({ text, finishReason }).toEqual({ text: "", finishReason: "tool-calls" });
  expect(usage.totalTokens).toBe(0);
  await expect(failed.text).rejects.toThrow();
});
