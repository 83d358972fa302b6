import { inspect } from "node:util";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { dynamoStore } from "../src/index.ts";
import { errorOf, runRow, testTable } from "./fixtures.ts";

const misconfigured = { code: "EXECUTUS_STORE_MISCONFIGURED", retryable: false };

/** How the README of the package says to make the table. */
function tableLike(
  table: string,
  {
    keys = ["pk", "sk"],
    type = "S",
    without = "",
  }: { keys?: [string, string?]; type?: "S" | "N"; without?: string },
): CreateTableCommandInput {
  const indexes = Object.entries({
    due: ["duePk", "dueSk"],
    created: ["createdPk", "createdSk"],
  }).filter(([name]) => name !== without);
  const schema = ([hash, range]: readonly (string | undefined)[]) => [
    { AttributeName: hash, KeyType: "HASH" as const },
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: "RANGE" as const }]),
  ];
  const names = [...keys, ...indexes.flatMap(([, own]) => own)].filter(
    (name) => name !== undefined,
  );
  return {
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: names.map((name) => ({
      AttributeName: name,
      AttributeType: name === "sk" ? type : "S",
    })),
    KeySchema: schema(keys),
    GlobalSecondaryIndexes: indexes.map(([name, own]) => ({
      IndexName: name,
      KeySchema: schema(own),
      Projection: { ProjectionType: "ALL" as const },
    })),
  };
}

describe("opening", () => {
  test("a table that is not there says how to make it, and makes none", async ({ skip }) => {
    const { client, table, openStore } = testTable(skip);

    const error = await errorOf(openStore({ createTable: false }));

    expect(error).toMatchObject(misconfigured);
    expect(String(error)).toContain(`The table "${table}" is not there. Set "createTable"`);
    const described = client.send(new DescribeTableCommand({ TableName: table }));
    expect(await errorOf(described)).toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("makes the table where that is wished, billed by request, with indexes of keys alone", async ({
    skip,
  }) => {
    const { client, table, openStore } = testTable(skip);

    await openStore();

    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.BillingModeSummary?.BillingMode).toBe("PAY_PER_REQUEST");
    const indexes = Table?.GlobalSecondaryIndexes ?? [];
    expect(new Set(indexes.map(({ IndexName }) => IndexName))).toEqual(new Set(["created", "due"]));
    for (const { Projection } of indexes) expect(Projection?.ProjectionType).toBe("KEYS_ONLY");
  });

  test("takes a table that somebody else made, with more in its indexes than is needed", async ({
    skip,
  }) => {
    const { client, table, openStore } = testTable(skip);
    await client.send(new CreateTableCommand(tableLike(table, {})));

    const store = await openStore({ createTable: false });

    expect(await store.insertRun(runRow())).toBe(true);
    expect((await store.listRuns({ status: "active", limit: 1 })).runs).toEqual([runRow()]);
  });

  for (const [what, how, said] of [
    ["other keys", { keys: ["id", "range"] }, 'has the keys "id" and "range", not "pk" and "sk"'],
    ["no sort key", { keys: ["pk"] }, 'has the keys "pk", not "pk" and "sk"'],
    ["a number for a sort key", { type: "N" }, 'has the key "sk" of type N, not S'],
    ["no index of due runs", { without: "due" }, 'lacks the index "due", keys "duePk" and "dueSk"'],
    ["no index by creation", { without: "created" }, 'lacks the index "created", keys'],
  ] as const) {
    test(`refuses a table with ${what}`, async ({ skip }) => {
      const { client, table, openStore } = testTable(skip);
      const like = tableLike(table, how as Parameters<typeof tableLike>[1]);
      await client.send(new CreateTableCommand(like));

      const error = await errorOf(openStore());

      expect(error).toMatchObject(misconfigured);
      expect(String(error)).toContain(`The table "${table}" ${said}`);
    });
  }

  test("with credentials that are refused says so, and shows none of them", async ({ skip }) => {
    const { endpoint, table } = testTable(skip);
    const client = new DynamoDBClient({
      endpoint,
      region: "local",
      credentials: { accessKeyId: "not-a-key!", secretAccessKey: "s3cret" },
    });
    await using store = dynamoStore({ client, table });

    const error = await errorOf(store.open());
    client.destroy();

    expect(error).toMatchObject(misconfigured);
    expect(String(error)).toContain("may not be used with these credentials");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
  });

  test("without credentials says where to put them", async () => {
    const client = new DynamoDBClient({
      endpoint: "http://127.0.0.1:9",
      region: "local",
      credentials: () => {
        throw Object.assign(new Error("There are none."), { name: "CredentialsProviderError" });
      },
    });
    await using store = dynamoStore({ client });

    expect(await errorOf(store.open())).toMatchObject({
      ...misconfigured,
      message: expect.stringContaining("without credentials") as string,
    });
  });

  test("without a region says that it needs one", async () => {
    for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "/there/is/none");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await using store = dynamoStore();

    const error = await errorOf(store.open());

    expect(error).toMatchObject(misconfigured);
    expect(String(error)).toContain('without a region. Set "region"');
  });

  for (const [what, endpoint] of [
    ["host that is not there", "http://nobody.invalid"],
    ["port that nobody listens on", "http://127.0.0.1:9"],
  ] as const) {
    test(`at a ${what} is worth repeating`, async () => {
      const client = new DynamoDBClient({
        endpoint,
        region: "local",
        maxAttempts: 1,
        credentials: { accessKeyId: "local", secretAccessKey: "s3cret" },
      });
      await using store = dynamoStore({ client });

      const error = await errorOf(store.open());

      expect(error).toMatchObject({ code: "EXECUTUS_STORE_UNAVAILABLE", retryable: true });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    });
  }
});

test("a client of the caller's is not destroyed with the store", async ({ skip }) => {
  const { client, table, openStore } = testTable(skip);
  const store = await openStore();

  await store[Symbol.asyncDispose]();

  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  expect(Table?.TableName).toBe(table);
});
