import { createExecutor } from "@executus/core";
import { expect, test } from "vitest";
import { defineSurvey } from "../src/job.ts";
import { countWords, distinctWords, shareInCommon } from "../src/words.ts";
import { texts } from "./support.ts";

test("a survey counts words, and finds texts that are much alike", async () => {
  await using executor = createExecutor();

  const survey = await executor.run(defineSurvey({ pauseMs: 0 }), { input: texts });

  expect(survey).toEqual({
    texts: [
      { name: "fox", words: 9, sha256: expect.stringMatching(/^ef537f25c895bfa7/) as string },
      { name: "cat", words: 9, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      { name: "poem", words: 8, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ],
    alike: [{ names: ["fox", "cat"], share: 7 / 9 }],
  });
});

test("it stops between two texts when it is to stop", async () => {
  await using executor = createExecutor();
  const stop = new AbortController();
  const run = executor.run(defineSurvey({ pauseMs: 600_000 }), {
    input: texts,
    signal: stop.signal,
  });

  stop.abort(new Error("Enough."));

  await expect(run).rejects.toThrow("Enough.");
});

test.each([
  ["", 0],
  [" -- !", 0],
  ["Don't re-count 3 words—naïve, l’été.", 6],
  ["один два", 2],
])("%j has %i words", (text, words) => {
  expect(countWords(text)).toBe(words);
});

test.each([
  ["a b", "b c", 1 / 3],
  ["Same same", "SAME", 1],
  ["a", "b", 0],
  ["", "", 0],
])("%j and %j have %f of their words in common", (some, others, share) => {
  expect(shareInCommon(distinctWords(some), distinctWords(others))).toBe(share);
});
