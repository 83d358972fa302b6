import type { ViteUserConfig } from "vitest/config";

// The core is read from its sources, so that tests need no build. A busy machine must not fail a test.
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ["@executus/source"] } },
  test: { name: "simulation", testTimeout: 600_000 },
};

export default config;
