import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { mongoStore } from "../src/index.ts";
import type { MongoStoreOptions } from "../src/index.ts";

const url = "mongodb://localhost:27017";

/** Wrong options, and what is said of them. */
const wrong: readonly (readonly [given: unknown, said: string])[] = [
  [undefined, "Expected the options of mongoStore to be an object such as { url }, got undefined."],
  ["mongodb://h", "such as { url }, got a value of type string."],
  [{}, "Expected either `client` or `url` to be given, got neither."],
  [{ url, client: { db() {} } }, "Expected either `client` or `url` to be given, got both."],
  [{ client: {} }, "Expected `client` to be a MongoClient, got a value of type object."],
  [{ client: null }, "Expected `client` to be a MongoClient, got null."],
  [{ url: 5 }, "Expected `url` to be a connection string"],
  [{ url: "http://localhost" }, "Expected `url` to be a connection string"],
  [{ url: "mongodb://me:s3cret@h@i/x" }, "Percent-encode user and password"],
  [{ url: "mongodb://me:s3cret@h/x?pool=1" }, "check its options."],
  [{ url, database: "" }, 'Expected `database` to be a name that MongoDB allows, got "".'],
  [{ url, database: "a.b" }, 'a name that MongoDB allows, got "a.b".'],
  [{ url, database: 1 }, "a name that MongoDB allows, got a value of type number."],
  [{ url, collectionPrefix: "$" }, "Expected `collectionPrefix` to be at most 64 letters"],
  [{ url, limits: { maxRecordBytes: 0 } }, "an integer from 1 to 15728640, got 0."],
  [{ url, limits: { maxRecordBytes: 2 ** 24 } }, "an integer from 1 to 15728640, got 16777216."],
];

describe("mongoStore", () => {
  for (const [given, said] of wrong) {
    test(`refuses ${inspect(given, { breakLength: Infinity }).replace("s3cret", "…")} at the door`, () => {
      const make = (): unknown => mongoStore(given as MongoStoreOptions);

      expect(make).toThrow(TypeError);
      expect(make).toThrow(said);
      expect(make).not.toThrow("s3cret");
    });
  }

  test("shows no password of a URL that cannot be read, whatever is inspected", () => {
    try {
      mongoStore({ url: "mongodb://me:s3cret@h@i/x" });
      expect.unreachable();
    } catch (error) {
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    }
  });

  test("says what it can do before it connects", () => {
    const store = mongoStore({ url });

    expect(store).toMatchObject({
      name: "mongo",
      capabilities: { durable: true, multiProcess: true },
      limits: { maxRecordBytes: 4 * 1024 * 1024 },
    });
  });
});
