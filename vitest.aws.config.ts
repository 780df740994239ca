import { defineConfig } from 'vitest/config';

/* npm run test:aws: a deployment into a stand-in for AWS on this machine, with the CDK's own command. */
export default defineConfig({
  test: {
    reporters: ['./test/reporter/quiet-reporter.ts'],
    include: ['test/aws/**/*.test.ts'],
    // The first run installs what the stand-in needs.
    testTimeout: 600_000,
    hookTimeout: 900_000,
    globalSetup: 'test/aws/time-limit.ts',
    fileParallelism: false,
    isolate: false,
  },
});
