import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runTool } from "./build-tool.ts";
import { builtOnce } from "./cached-build.ts";

const sources = fileURLToPath(new URL("../dynamodb-local", import.meta.url));

/** The folder with DynamoDB Local, which Maven downloads when it is asked for first. */
export function dynamodbLocal(maven: string, cache: string): Promise<string> {
  return builtOnce({
    name: "dynamodb-local",
    sources,
    cache,
    build: async (target) => {
      console.warn("Downloading DynamoDB Local, once.");
      const args = ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${target}`];
      await runTool(maven, args, { cwd: sources, otherwise: "DynamoDB Local is not downloaded" });
    },
  });
}

/** Whether DynamoDB Local runs on this Java. */
export async function isRecentJava(java: string): Promise<boolean> {
  try {
    const { stderr } = await promisify(execFile)(java, ["-version"]);
    return Number(/version "(\d+)/.exec(stderr)?.[1]) >= 17;
  } catch {
    return false;
  }
}
