import { expect, test } from "vitest";
import { checkRanking } from "../src/checks.ts";
import { collect } from "../src/collect.ts";
import type { Document } from "../src/collect.ts";
import { rank } from "../src/rank.ts";
import { corpus } from "./corpus.ts";
import { folderWith, noStep } from "./support.ts";

async function rankTexts(...texts: readonly string[]): Promise<readonly (readonly string[])[]> {
  const documents = texts.map((text, index) => ({
    path: `${index}.md`,
    title: "",
    paragraphs: text.split("\n"),
  }));
  const rankings = await rank(documents, noStep);
  return rankings.map(({ telling }) => telling.map(({ text }) => text));
}

test("the most telling sentences of a document are those about its subject, in its order", async () => {
  const folder = await folderWith(corpus);

  const rankings = await rank(await collect({ folder, report: "" }, noStep), noStep);

  expect(rankings).toMatchObject([
    {
      path: "bees.md",
      title: "Bees",
      sentences: 8,
      telling: [
        { text: "A bee colony keeps its hive warm in winter by shivering together." },
        { text: "Worker bees dance to tell the colony where the nectar is, see the map." },
        { text: "A queen bee lays the eggs of the whole colony, up to `2000` a day." },
      ],
    },
    {
      path: "ships/sails.txt",
      title: "sails.txt",
      sentences: 6,
      telling: [
        { text: "Sails turn wind into thrust." },
        { text: "A square sail drives a ship before the wind, and little else can be said." },
        {
          text: "The fore-and-aft sail lets a ship go to windward, by tacking against the wind.",
        },
      ],
    },
  ]);
});

test("what one sentence has told is not told again", async () => {
  const [telling] = await rankTexts(
    [
      "The lease of a dead owner ends by itself.",
      "The lease of a dead owner ends by itself.",
      "The lease of a dead owner ends at last.",
      "Writers never wait for one another here.",
      "Records are kept in dense slots of a journal.",
    ].join("\n"),
  );

  expect(telling).toEqual([
    "The lease of a dead owner ends by itself.",
    "Writers never wait for one another here.",
    "Records are kept in dense slots of a journal.",
  ]);
});

test("labels, lead-ins and asides are left out, unless there is nothing else", async () => {
  const rankings = await rankTexts(
    "Use it like this with a store:\nOptions of stores\n(This is an aside about stores.)\nA store keeps what a run has saved.",
    "Only a label",
    "",
  );

  expect(rankings).toEqual([["A store keeps what a run has saved."], ["Only a label"], []]);
});

test("each document is a step, from none to all", async () => {
  const document: Document = { path: "a.md", title: "A", paragraphs: ["It is a text."] };
  const steps: string[] = [];

  await rank([document, document], async (done, total) => void steps.push(`${done}/${total}`));

  expect(steps).toEqual(["0/2", "1/2", "2/2"]);
});

test("a ranking passes its check, and a wrong one does not", async () => {
  const documents: readonly Document[] = [
    { path: "a.md", title: "A", paragraphs: ["It is a text. It has two sentences."] },
  ];
  const [ranking] = await rank(documents, noStep);
  if (ranking === undefined) throw new Error("There is no ranking.");
  const [telling] = ranking.telling;
  if (telling === undefined) throw new Error("There is no sentence.");
  const check = (wrong: Partial<typeof ranking>): Promise<void> =>
    checkRanking(documents, [{ ...ranking, ...wrong }], noStep);

  await expect(check({})).resolves.toBeUndefined();
  await expect(check({ path: "b.md" })).rejects.toThrow('"a.md" was not ranked.');
  await expect(check({ telling: [] })).rejects.toThrow('No sentence of "a.md" was chosen.');
  await expect(check({ telling: [{ text: "Other.", score: 1 }] })).rejects.toThrow("is not in");
  await expect(check({ telling: [{ ...telling, score: NaN }] })).rejects.toThrow("has no score");
  await expect(checkRanking(documents, [], noStep)).rejects.toThrow("0 of 1");
});
