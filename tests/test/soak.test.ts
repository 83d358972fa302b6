import { expect, test } from "vitest";
import { freshSeed } from "../endurance/random.ts";
import { soak } from "../endurance/soak-run.ts";
import { sqlitePlace } from "../support/stores.ts";

// Windows has no SIGSTOP. `npm run soak` does the same for minutes, and on servers.
test.skipIf(process.platform === "win32")(
  "runs of processes that are killed and stopped for a few seconds each end once, with the right output",
  async ({ annotate }) => {
    using place = sqlitePlace();
    const seed = freshSeed();
    await annotate(`seed ${seed}`);

    const report = await soak({ place, forMs: 4000, processes: 2, runs: 6, seed });

    expect(report.kills + report.pauses).toBeGreaterThan(0);
    expect(report.ended).toBeGreaterThan(0);
  },
  180_000,
);
