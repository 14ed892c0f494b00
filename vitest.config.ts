import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/helpers/summaryReporter.ts';

const project = (name: string, include: string, testTimeout: number) => ({
  test: {
    name,
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
      project('unit', 'test/unit/**/*.test.{ts,tsx}', 30_000),
      project('http', 'test/http/**/*.test.ts', 60_000),
      project('fault', 'test/fault/**/*.test.ts', 120_000),
      project('browser', 'test/browser/**/*.test.ts', 120_000),
    ],
  },
});
