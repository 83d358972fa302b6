import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = {
  test: {
    projects: [
      "packages/*",
      "examples/*",
      "tests",
      "tests/consumer",
      "simulation",
      "tools/test-servers",
    ],
    reporters: ["default", "./tools/summary-reporter.ts"],
  },
};

export default config;
