import { describe, expect, test } from "vitest";
import { countAttempts } from "../src/journal/attempts.ts";
import type { AttemptMark } from "../src/journal/attempts.ts";

const begin: AttemptMark = { type: "begin" };
const progress: AttemptMark = { type: "progress" };
const release: AttemptMark = { type: "release" };
const reopen: AttemptMark = { type: "reopen" };
const claim = (generation: number, seen = generation - 1): AttemptMark => ({
  type: "claim",
  generation,
  seen,
});

describe("attempts", () => {
  const cases: readonly [string, readonly AttemptMark[], readonly [number, number, number]][] = [
    ["begin is the first", [begin], [1, 0, 0]],
    ["a claim tells that the one before it failed", [begin, claim(2), claim(3)], [3, 2, 2]],
    [
      "a claim after a release tells of no failure",
      [begin, release, claim(2), release, claim(3)],
      [3, 0, 0],
    ],
    [
      "progress resets the count without progress alone",
      [begin, claim(2), progress, claim(3)],
      [3, 2, 1],
    ],
    [
      "a release with progress does so too",
      [begin, claim(2), progress, release, claim(3)],
      [3, 1, 0],
    ],
    [
      "a reopening begins the counts of failures anew",
      [begin, claim(2), claim(3), reopen, claim(5)],
      [4, 0, 0],
    ],
    ["after a reopening the next claims count", [begin, reopen, claim(3), claim(4)], [3, 1, 1]],
    [
      "a claim whose row was never updated is no attempt",
      [begin, claim(2), claim(3, 1)],
      [2, 1, 1],
    ],
    ["nor are several of them", [begin, claim(2), claim(3, 1), claim(4, 1)], [2, 1, 1]],
    ["nor one between a release and a claim", [begin, release, claim(2), claim(3, 1)], [2, 0, 0]],
  ];
  for (const [rule, marks, [attempts, failed, failedWithoutProgress]] of cases) {
    test(rule, () => {
      expect(countAttempts(marks)).toEqual({ attempts, failed, failedWithoutProgress });
    });
  }
});
