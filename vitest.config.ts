import { defineConfig } from 'vitest/config';
import { databaseInMemory } from './test/database/in-memory.ts';
import { undividedRandom } from './test/explorer/steady-random.ts';
import { bundledOnce } from './test/infra/bundle-once.ts';
import { clientOfBundles } from './test/support/client-of-bundles.ts';

/** Tests that only send requests. They run the functions with the client that is deployed, which takes less time, too; the rest uses the SDK. */
export const endpoints = [
  'test/{clients,console,flows,lifecycle,upstream}/**/*.test.ts',
  'test/admin/!(policy).test.ts',
  'test/people/!(accounts).test.ts',
  'test/verify/!(evidence).test.ts',
];

const product = /\/(shared|functions)\//;

/** Tests of the stores, of the embedded database, and of what happens when a database fails, where it is the embedded one. */
const database = ['test/{database,explorer,faults,start,store}/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['./test/reporter/quiet-reporter.ts'],
    // No test depends on the speed of the machine: these only end what hangs.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 120_000 } },
    setupFiles: ['test/support/patient-database.ts', 'test/support/remember-crypto.ts'],
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        plugins: [databaseInMemory(product), clientOfBundles(product)],
        test: { name: 'endpoints', include: endpoints, isolate: false },
      },
      {
        extends: true,
        plugins: [databaseInMemory()],
        test: {
          name: 'server',
          include: ['test/**/*.test.ts'],
          exclude: [...endpoints, ...database, 'test/{aws,infra,browser,deep,recipes}/**', '**/node_modules/**'],
          isolate: false,
        },
      },
      {
        extends: true,
        plugins: [undividedRandom],
        test: { name: 'database', include: database, isolate: false },
      },
      {
        // One browser for all files of a worker.
        extends: true,
        plugins: [databaseInMemory(product), clientOfBundles(product)],
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/unpack-browser.ts',
          isolate: false,
        },
      },
      {
        // The CDK is loaded once for all files of a worker, and they share what they synthesize, and the bundles.
        extends: true,
        plugins: [databaseInMemory(), bundledOnce],
        test: {
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          globalSetup: 'test/infra/bundle-once.ts',
          isolate: false,
        },
      },
    ],
  },
});
