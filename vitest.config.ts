import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

/** `npm test` runs the project "unit", `npm run accept` the project "accept" (hours; figures go into bench/RESULTS.md). */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: process.env.CI ? ['default', 'junit'] : ['default'],
    outputFile: { junit: 'coverage/junit.xml' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'test/**/*.test.ts'],
          exclude: ['test/acceptance/**'],
          testTimeout: MINUTE,
          hookTimeout: 2 * MINUTE,
        },
      },
      {
        test: {
          name: 'accept',
          include: ['test/acceptance/**/*.test.ts'],
          testTimeout: 240 * MINUTE,
          hookTimeout: 10 * MINUTE,
          fileParallelism: false,
        },
      },
    ],
  },
});
