import type { ViteUserConfig } from "vitest/config";

// Siblings are read from their sources, so that tests need no build.
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ["@executus/source"] } },
  test: {
    globalSetup: ["@executus/test-servers/dynamo-setup"],
    // A busy machine must not fail a test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

export default config;
