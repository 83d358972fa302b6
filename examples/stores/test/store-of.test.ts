import { describe, expect, test } from "vitest";
import { storeOf } from "../src/store-of.ts";

describe("the address of a store", () => {
  for (const [address, name] of [
    ["memory:", "memory"],
    ["sqlite:runs.sqlite", "sqlite"],
    ["mongodb://user:secret@localhost:27017/runs?replicaSet=rs0", "mongo"],
    ["dynamodb://executus", "dynamo"],
    ["dynamodb://executus?region=local&endpoint=http://localhost:8000", "dynamo"],
  ] as const) {
    test(`${address} names the store "${name}", which connects to nothing yet`, async () => {
      await using store = await storeOf(address);

      expect(store.name).toBe(name);
    });
  }

  for (const address of [
    "",
    "runs.sqlite",
    "postgres://user:secret@localhost",
    "mongodb:",
    "sqlite:",
    "dynamodb:",
  ]) {
    test(`"${address}" is refused without being shown`, async () => {
      const opened = storeOf(address);

      await expect(opened).rejects.toThrow(TypeError);
      await expect(opened).rejects.not.toThrow("secret");
    });
  }
});
