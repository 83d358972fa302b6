import {
  CreateTableCommand,
  DescribeTableCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type {
  CreateTableCommandInput,
  KeySchemaElement,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import type { ExecutusError } from "@executus/core";
import { misconfigured, nameOf, unavailable } from "./errors.ts";
import type { Place } from "./requests.ts";

/** The partition and the sort key of the table and of each index, all of them text. */
const tableKeys = ["pk", "sk"] as const;
const indexes = { due: ["duePk", "dueSk"], created: ["createdPk", "createdSk"] } as const;

export type IndexName = keyof typeof indexes;

/** Checks the table and its indexes. @throws `EXECUTUS_STORE_MISCONFIGURED` that says what is wrong with them */
export async function openTable(place: Place, createTable: boolean): Promise<void> {
  const { table } = place;
  let found = await describe(place, createTable);
  if (found === undefined) {
    await create(place);
    found = await describe(place, false);
  }
  checkKeys(table, "", found, tableKeys);
  for (const [name, keys] of Object.entries(indexes)) {
    const index = found?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === name);
    checkKeys(table, `index "${name}", `, index, keys);
    if (index?.IndexStatus === "CREATING") {
      throw unavailable(table, `is still making its index "${name}". Wait until it is active.`);
    }
  }
  for (const { AttributeName = "", AttributeType } of found?.AttributeDefinitions ?? []) {
    const isOurs = [tableKeys, ...Object.values(indexes)].flat().includes(AttributeName as "pk");
    if (!isOurs || AttributeType === "S") continue;
    const what = `has the key "${AttributeName}" of type ${AttributeType}, not S. Use another table.`;
    throw misconfigured(table, what);
  }
}

async function describe(
  { client, table }: Place,
  mayBeMissing: boolean,
): Promise<TableDescription | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    if (Table?.TableStatus !== "CREATING") return Table;
  } catch (error) {
    if (mayBeMissing && nameOf(error) === "ResourceNotFoundException") return undefined;
    throw lacksSetting(table, error) ?? error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 },
    { TableName: table },
  );
  return describe({ client, table }, false);
}

/** What is missing from the start is not there; later on, credentials may be missing for a moment. */
function lacksSetting(table: string, error: unknown): ExecutusError | undefined {
  if (nameOf(error) === "CredentialsProviderError") {
    const what = "cannot be used without credentials. Put them where the AWS SDK looks for them.";
    return misconfigured(table, what, error);
  }
  // The SDK's error has no name of its own.
  if (!(error instanceof Error) || error.message !== "Region is missing") return undefined;
  const what = 'cannot be found without a region. Set "region", or AWS_REGION in the environment.';
  return misconfigured(table, what, error);
}

async function create({ client, table }: Place): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition(table)));
  } catch (error) {
    // Another process is about it.
    if (nameOf(error) !== "ResourceInUseException") throw error;
  }
}

function definition(table: string): CreateTableCommandInput {
  const all = [...tableKeys, ...Object.values(indexes).flat()];
  return {
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: all.map((name) => ({ AttributeName: name, AttributeType: "S" })),
    KeySchema: schemaOf(tableKeys),
    GlobalSecondaryIndexes: Object.entries(indexes).map(([name, keys]) => ({
      IndexName: name,
      KeySchema: schemaOf(keys),
      // A heartbeat changes what is not a key: an index that had it would be written as well.
      Projection: { ProjectionType: "KEYS_ONLY" },
    })),
  };
}

function schemaOf([partition, sort]: readonly [string, string]): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    { AttributeName: sort, KeyType: "RANGE" },
  ];
}

function checkKeys(
  table: string,
  where: string,
  found: { readonly KeySchema?: readonly KeySchemaElement[] | undefined } | undefined,
  keys: readonly [string, string],
): void {
  const given = found?.KeySchema?.map(({ AttributeName }) => `"${AttributeName}"`).join(" and ");
  const wanted = keys.map((key) => `"${key}"`).join(" and ");
  if (given === wanted) return;
  const problem =
    given === undefined
      ? `lacks the ${where}keys ${wanted}`
      : `has the ${where}keys ${given}, not ${wanted}`;
  throw misconfigured(
    table,
    `${problem}. Use another table, or make it as the README of "@executus/adapter-dynamo" says.`,
  );
}
