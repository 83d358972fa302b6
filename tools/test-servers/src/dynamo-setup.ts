import type { TestProject } from "vitest/node";
import { startDynamo } from "./dynamo.ts";
import { provideServer } from "./shared-server.ts";

/** For `globalSetup`: tests have `inject("dynamo")`. */
export function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideServer(project, {
    kind: "dynamo",
    variable: "EXECUTUS_TEST_DYNAMO_ENDPOINT",
    start: () => startDynamo(),
  });
}
