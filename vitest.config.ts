import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/helpers/summaryReporter.ts';

/**
 * Timeouts only end what hangs: they leave room for a machine with other work. What drives a browser or a server of its own may be
 * late once (`retry` 1): what fails twice has failed.
 */
const project = (name: string, include: string, testTimeout: number, retry: number) => ({
  test: {
    name,
    retry,
    include: [include],
    environment: 'node' as const,
    testTimeout,
    hookTimeout: 60_000,
    pool: 'forks' as const,
  },
});

/** Workers and the WASM kernels are loaded from dist/: `npm run build` comes before any test run. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', new SummaryReporter()],
    projects: [
      project('unit', 'test/unit/**/*.test.{ts,tsx}', 120_000, 0),
      project('http', 'test/http/**/*.test.ts', 120_000, 1),
      project('fault', 'test/fault/**/*.test.ts', 240_000, 1),
      project('browser', 'test/browser/**/*.test.ts', 120_000, 1),
    ],
  },
});
