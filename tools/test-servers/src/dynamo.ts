import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BuildError } from "./build-tool.ts";
import { dynamodbLocal, isRecentJava } from "./dynamodb-local.ts";
import type { Missing } from "./missing.ts";
import { findProgram, thisMachine } from "./surroundings.ts";
import type { Surroundings } from "./surroundings.ts";
import { StartError, startServer } from "./test-server.ts";
import type { Recipe, TestServer } from "./test-server.ts";

export interface DynamoOptions {
  /** Whether its data survives `kill()`. @default false */
  readonly onDisk?: boolean;
}

/** A DynamoDB of one's own: DynamoDB Local, or dynalite where Java 17 or Maven is missing. */
export async function startDynamo(
  { onDisk = false }: DynamoOptions = {},
  surroundings: Surroundings = thisMachine,
): Promise<TestServer | Missing> {
  try {
    return await startServer(await dynamoRecipe(onDisk, surroundings));
  } catch (error) {
    if (!(error instanceof BuildError || error instanceof StartError)) throw error;
    return { missing: `DynamoDB: ${error.message}. Set EXECUTUS_TEST_DYNAMO_ENDPOINT.` };
  }
}

async function dynamoRecipe(onDisk: boolean, surroundings: Surroundings): Promise<Recipe> {
  const java = findProgram("java", surroundings);
  const maven = findProgram("mvn", surroundings);
  if (java === undefined || maven === undefined || !(await isRecentJava(java))) {
    return dynalite(onDisk);
  }
  const library = await dynamodbLocal(maven, surroundings.cache);
  return recipe("DynamoDB Local", (port, folder) => [
    java,
    // For a quick start on few cores.
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    `-Djava.library.path=${library}`,
    "-cp",
    join(library, "*"),
    "software.amazon.dynamodb.services.local.main.ServerRunner",
    "-port",
    `${port}`,
    "-sharedDb",
    "-disableTelemetry",
    ...(onDisk ? ["-dbPath", folder] : ["-inMemory"]),
  ]);
}

/** It has no transactions. */
function dynalite(onDisk: boolean): Recipe {
  const program = fileURLToPath(import.meta.resolve("dynalite/cli.js"));
  return recipe("dynalite, for want of Java 17 or Maven", (port, folder) => [
    process.execPath,
    program,
    "--host=127.0.0.1",
    `--port=${port}`,
    "--createTableMs=0",
    ...(onDisk ? [`--path=${folder}`] : []),
  ]);
}

function recipe(name: string, command: Recipe["command"]): Recipe {
  return { name, command, url: (port) => `http://127.0.0.1:${port}`, isReady: answers };
}

/** Any answer will do: there is nothing at "/". */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
