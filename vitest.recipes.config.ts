import { defineConfig } from 'vitest/config';

/* npm run test:recipes: the examples of docs/clients with their libraries, in the languages that are there. */
export default defineConfig({
  test: {
    reporters: ['./test/reporter/quiet-reporter.ts'],
    include: ['test/recipes/*.test.ts'],
    // The first run installs what the examples need.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false,
    isolate: false,
  },
});
