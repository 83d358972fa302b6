import type { ViteUserConfig } from "vitest/config";

// Siblings are read from their sources, so that tests need no build.
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ["@executus/source"] } },
  test: {
    globalSetup: ["@executus/test-servers/mongo-setup", "@executus/test-servers/dynamo-setup"],
    // A server on this machine takes any.
    env: {
      AWS_ACCESS_KEY_ID: process.env["AWS_ACCESS_KEY_ID"] ?? "local",
      AWS_SECRET_ACCESS_KEY: process.env["AWS_SECRET_ACCESS_KEY"] ?? "local",
    },
    // The theatre takes its time.
    testTimeout: 60_000,
  },
};

export default config;
