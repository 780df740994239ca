import { defineConfig } from 'vitest/config';
import { clientOfBundles } from './test/support/client-of-bundles.ts';

/** Tests that only send requests. They run the functions with the client that is deployed, which takes less time, too; the rest uses the SDK. */
const endpoints = ['test/{clients,flows,lifecycle,upstream}/**/*.test.ts', 'test/people/!(accounts).test.ts'];

export default defineConfig({
  test: {
    reporters: ['./test/reporter/quiet-reporter.ts'],
    // No test depends on the speed of the machine: these only end what hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 120_000 } },
    setupFiles: 'test/support/patient-database.ts',
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        plugins: [clientOfBundles(/\/(shared|functions)\//)],
        test: { name: 'endpoints', include: endpoints, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: [...endpoints, 'test/{aws,infra,browser,deep,recipes}/**', '**/node_modules/**'],
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
