import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { dynamoStore } from "../src/index.ts";
import type { DynamoStoreOptions } from "../src/index.ts";

const client = { send() {} };

/** Wrong options, and what is said of them. */
const wrong: readonly (readonly [given: unknown, said: string])[] = [
  [null, "Expected the options of dynamoStore to be an object such as { table }, got null."],
  [[], "such as { table }, got an array."],
  ["runs", 'such as { table }, got "runs".'],
  [
    { table: "" },
    'Expected `table` to be 3 to 255 letters, digits, dots, dashes and underscores, got "".',
  ],
  [{ table: "a/b" }, 'got "a/b".'],
  [{ table: 7 }, "got `7`."],
  [{ client: {} }, "Expected `client` to be a DynamoDBClient, got a value of type object."],
  [{ client: null }, "Expected `client` to be a DynamoDBClient, got null."],
  [{ client, region: "local" }, "Expected `region` to be left out where there is a `client`"],
  [{ client, endpoint: "http://localhost" }, "Expected `endpoint` to be left out where there is"],
  [{ region: "" }, 'Expected `region` to be text, got "".'],
  [{ region: 1 }, "Expected `region` to be text, got `1`."],
  [{ endpoint: "me:s3cret@localhost" }, "Expected `endpoint` to be an http or https URL"],
  [{ createTable: "yes" }, 'Expected `createTable` to be true or false, got "yes".'],
  [{ limits: { maxRecordBytes: 0 } }, "an integer from 1 to 393216, got `0`."],
  [{ limits: { maxRecordBytes: 400_000 } }, "an integer from 1 to 393216, got `400000`."],
];

describe("dynamoStore", () => {
  for (const [given, said] of wrong) {
    const shown = inspect(given, { breakLength: Infinity }).replace("s3cret", "…");
    test(`refuses ${shown} at the door`, () => {
      const make = (): unknown => dynamoStore(given as DynamoStoreOptions);

      expect(make).toThrow(TypeError);
      expect(make).toThrow(said);
      expect(make).not.toThrow("s3cret");
    });
  }

  test("says what it can do before it connects", () => {
    expect(dynamoStore()).toMatchObject({
      name: "dynamo",
      capabilities: { durable: true, multiProcess: true },
      limits: { maxRecordBytes: 384 * 1024 },
    });
  });
});
