import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = {
  test: {
    // What has to be built is built here, once, and not in the time of a test.
    globalSetup: ["src/mongo-setup.ts", "src/dynamo-setup.ts"],
    // A busy machine must not fail a test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

export default config;
