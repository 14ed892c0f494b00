import type { Reporter, TestModule } from 'vitest/node';

/**
 * Closes a run with one line that any log reader understands: `Tests: 12 passed, 0 failed, 0 skipped`. Before it, the tests that
 * needed a second try, as somebody has to look: it may be a fault of the product.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        count[test.result().state] += 1;
        if (test.diagnostic()?.flaky)
          process.stdout.write(`\nPassed on retry: ${test.fullName} (${module.relativeModuleId})\n`);
      }
      if (module.state() === 'failed' && module.errors().length > 0) count.failed += 1;
    }
    process.stdout.write(
      `\nTests: ${count.passed} passed, ${count.failed + count.pending} failed, ${count.skipped} skipped\n`,
    );
  }
}
