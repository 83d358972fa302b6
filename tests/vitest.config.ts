import type { ViteUserConfig } from "vitest/config";

// Siblings are read from their sources, so that tests need no build.
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ["@executus/source"] } },
  // The consumer is a project of its own. A busy machine must not fail a test.
  test: {
    exclude: ["consumer/**", "**/node_modules/**"],
    globalSetup: ["@executus/test-servers/mongo-setup", "@executus/test-servers/dynamo-setup"],
    // The AWS SDK wants some, also where nobody looks at them. Worker processes inherit them.
    env: { AWS_REGION: "local", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

export default config;
