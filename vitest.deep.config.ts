import { defineConfig } from 'vitest/config';
import { undividedRandom } from './test/explorer/steady-random.ts';
import { clientOfBundles } from './test/support/client-of-bundles.ts';
import { endpoints } from './vitest.config.ts';

/*
 * npm run test:deep: what takes minutes. Everything in test/deep, and with more rounds the ordinary tests that have some; every
 * fault also with the client that takes the place of the AWS SDK in the bundles; and the tests of the endpoints on the embedded
 * database.
 */

const withRounds = [
  'test/{database,explorer}/*.test.ts',
  'test/flows/fuzz.test.ts',
  'test/flows/rfc6749-token.test.ts',
  'test/people/{credentials-by-comparison,passkey,totp}.test.ts',
  'test/store/{grant-store,people,refresh}.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['./test/reporter/quiet-reporter.ts'],
    disableConsoleIntercept: true,
    testTimeout: 1_200_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    globalSetup: 'test/deep/time-limit.ts',
    setupFiles: 'test/support/patient-database.ts',
    projects: [
      {
        extends: true,
        plugins: [undividedRandom],
        test: {
          name: 'deep',
          include: ['test/deep/**/*.test.ts', ...withRounds],
          env: { PIXY_TEST_DEEP: 'yes' },
          isolate: false,
        },
      },
      {
        extends: true,
        plugins: [clientOfBundles(/\/(shared|functions)\/|\/test\/faults\/database-clients\.ts$/)],
        test: {
          name: 'client of the bundles',
          include: ['test/deep/faults-*.test.ts'],
          env: { PIXY_TEST_DEEP: 'yes' },
          isolate: false,
        },
      },
      {
        // What npm test runs on a database in memory, and with remembered keys and hashes.
        extends: true,
        plugins: [clientOfBundles(/\/(shared|functions)\//)],
        test: { name: 'on the embedded database', include: endpoints, isolate: false },
      },
    ],
  },
});
