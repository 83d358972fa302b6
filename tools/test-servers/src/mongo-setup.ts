import type { TestProject } from "vitest/node";
import { startMongo } from "./mongo.ts";
import { provideServer } from "./shared-server.ts";

/** For `globalSetup`: tests have `inject("mongo")`. */
export function setup(project: TestProject): Promise<() => Promise<void>> {
  return provideServer(project, {
    kind: "mongo",
    variable: "EXECUTUS_TEST_MONGO_URL",
    start: () => startMongo(),
  });
}
