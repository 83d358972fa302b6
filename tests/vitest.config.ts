import type { ViteUserConfig } from "vitest/config";

// Siblings are read from their sources, so that tests need no build.
const config: ViteUserConfig = {
  ssr: { resolve: { conditions: ["@executus/source"] } },
  // The consumer is a project of its own.
  test: { exclude: ["consumer/**", "**/node_modules/**"] },
};

export default config;
