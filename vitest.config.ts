import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['./test/reporter/quiet-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: ['test/infra/**', 'test/browser/**', 'test/deep/**', '**/node_modules/**'],
          isolate: false,
        },
      },
      {
        // One browser for all files of a worker.
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/unpack-browser.ts',
          isolate: false,
        },
      },
      {
        // The CDK is loaded once for all files of a worker, and they share what they synthesize.
        extends: true,
        test: { name: 'infra', include: ['test/infra/**/*.test.ts'], isolate: false },
      },
    ],
  },
});
