import type { ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = {
  // What a project does that installs packages, compiles and runs programs takes its time.
  test: { name: "consumer", testTimeout: 300_000, hookTimeout: 300_000 },
};

export default config;
