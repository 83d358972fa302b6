import { once } from "node:events";
import { connect } from "node:net";
import { BuildError } from "./build-tool.ts";
import { ferretdb } from "./ferretdb.ts";
import { isMissing } from "./missing.ts";
import type { Missing } from "./missing.ts";
import { findProgram, thisMachine } from "./surroundings.ts";
import type { Surroundings } from "./surroundings.ts";
import { StartError, startServer } from "./test-server.ts";
import type { Recipe, TestServer } from "./test-server.ts";

/** A MongoDB of one's own: the `mongod` of this machine, or else FerretDB. */
export async function startMongo(
  surroundings: Surroundings = thisMachine,
): Promise<TestServer | Missing> {
  try {
    const found = await mongoRecipe(surroundings);
    return isMissing(found) ? found : await startServer(found);
  } catch (error) {
    if (!(error instanceof BuildError || error instanceof StartError)) throw error;
    return missing(error.message, "Install MongoDB");
  }
}

async function mongoRecipe(surroundings: Surroundings): Promise<Recipe | Missing> {
  const mongod = findProgram("mongod", surroundings);
  if (mongod !== undefined) {
    return recipe("mongod", (port, folder) => [
      mongod,
      "--bind_ip=127.0.0.1",
      `--port=${port}`,
      `--dbpath=${folder}`,
      "--nounixsocket",
    ]);
  }
  const go = findProgram("go", surroundings);
  if (go === undefined) {
    return missing('no "mongod", and no Go to build FerretDB with', "Install either");
  }
  const program = await ferretdb(go, surroundings.cache);
  return recipe("FerretDB", (port, folder) => [program, `127.0.0.1:${port}`, folder]);
}

function recipe(name: string, command: Recipe["command"]): Recipe {
  return { name, command, url: (port) => `mongodb://127.0.0.1:${port}/`, isReady: accepts };
}

function missing(reason: string, remedy: string): Missing {
  return { missing: `MongoDB: ${reason}. ${remedy}, or set EXECUTUS_TEST_MONGO_URL.` };
}

/** Both servers listen when they are ready, and not before. */
async function accepts(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
