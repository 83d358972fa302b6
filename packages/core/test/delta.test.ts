import { describe, expect, test } from "vitest";
import { jsonCodec } from "../src/codec.ts";
import type { Codec } from "../src/codec.ts";
import { encodePayload } from "../src/journal/delta.ts";
import type { Payload } from "../src/journal/delta.ts";

/** What of a payload the user is told, when it is refused. */
function refusal(payload: Payload, codec: Codec = jsonCodec, maxBytes = 1_000): unknown {
  try {
    encodePayload(codec, payload, {
      maxBytes,
      base: { messages: 3, outputs: 2, turns: 1 },
      runId: "a",
    });
  } catch (error) {
    return error;
  }
  throw new Error("It was not refused.");
}

const bad = (): void => {};
const phase = (name: string, output: unknown): object => ({ name, index: 2, output });

describe("a value that cannot be saved is named as its user knows it", () => {
  test.each<readonly [what: string, payload: Payload, path: (string | number)[]]>([
    ["in a message", { messages: [1, { a: [bad] }] }, ["history", 4, "a", 0]],
    ["in an output", { outputs: [phase("rank", { b: bad })] }, ["outputs", "rank", "b"]],
    [
      "that is an output",
      { outputs: [phase("rank", 1), phase("write", bad)] },
      ["outputs", "write"],
    ],
    ["in the result", { result: { c: bad } }, ["output", "c"]],
    ["that is the result", { result: bad }, ["output"]],
    ["in the error", { error: { d: bad } }, ["error", "d"]],
    ["in the input", { input: bad }, ["input"]],
  ])("%s", (_what, payload, path) => {
    expect(refusal(payload)).toMatchObject({ code: "EXECUTUS_NOT_SERIALIZABLE", runId: "a", path });
  });
});

describe("a payload over the limit", () => {
  const long = "é".repeat(600);

  test.each<readonly [what: string, payload: Payload, path: (string | number)[]]>([
    ["of messages", { messages: [long] }, ["history", 3]],
    ["of outputs", { outputs: [phase("rank", long)] }, ["outputs", "rank"]],
    ["of a result", { result: long }, ["output"]],
  ])("%s is counted in bytes, not in letters, and named", (_what, payload, path) => {
    expect(refusal(payload)).toMatchObject({ code: "EXECUTUS_TOO_LARGE", runId: "a", path });
  });

  test("is refused too if its codec gives bytes and counts none", () => {
    const codec: Codec = { ...jsonCodec, name: "bytes", encode: () => new Uint8Array(1_001) };

    expect(refusal({ result: 1 }, codec)).toMatchObject({ code: "EXECUTUS_TOO_LARGE" });
  });

  test("begins with the first byte over it", () => {
    const codec: Codec = { ...jsonCodec, name: "bytes", encode: () => new Uint8Array(1_000) };
    const options = { maxBytes: 1_000, base: { messages: 0, outputs: 0, turns: 0 }, runId: "a" };

    expect(encodePayload(codec, { result: 1 }, options).data).toHaveLength(1_000);
    expect(refusal({ result: 1 }, codec, 999)).toMatchObject({ code: "EXECUTUS_TOO_LARGE" });
  });
});

test("a codec that throws something of its own is named, and what it threw is the cause", () => {
  const cause = new Error("no key");
  const codec: Codec = {
    ...jsonCodec,
    name: "sealed",
    encode() {
      throw cause;
    },
  };

  expect(refusal({ messages: [1] }, codec)).toMatchObject({
    code: "EXECUTUS_NOT_SERIALIZABLE",
    message: expect.stringContaining('the codec "sealed"'),
    path: ["messages"],
    cause,
  });
});
