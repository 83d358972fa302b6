import type { Reporter, TestModule } from "vitest/node";

/** Prints `N passed, N failed, N skipped` over all packages, for scripts that read the last line. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const failedBefore = count.failed;
      for (const test of module.children.allTests()) count[test.result().state] += 1;

      // A file or a hook that throws fails the run even where no single test does.
      if (module.state() === "failed" && count.failed === failedBefore) count.failed += 1;
    }
    // A test without a result was never run.
    console.log(
      `${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped`,
    );
  }
}
