import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

/** `npm test` runs the project "unit", `npm run accept` the project "accept" (long; its figures go into notes). */
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
          globalSetup: 'test/support/temporary.ts',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'test/**/*.test.ts'],
          testTimeout: MINUTE,
          hookTimeout: 2 * MINUTE,
          // One process for each worker, not for each of 230 files: starting these took longer than most of their tests.
          isolate: false,
        },
      },
      {
        test: {
          name: 'accept',
          globalSetup: 'test/support/temporary.ts',
          include: ['test/accept/**/*.accept.ts'],
          testTimeout: 240 * MINUTE,
          hookTimeout: 10 * MINUTE,
          fileParallelism: false,
        },
      },
    ],
  },
});
