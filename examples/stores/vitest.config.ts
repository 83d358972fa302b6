import type { ViteUserConfig } from "vitest/config";

// Siblings are read from their sources, so that tests need no build.
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ["@executus/source"] } },
  test: { testTimeout: 60_000 },
};

export default config;
