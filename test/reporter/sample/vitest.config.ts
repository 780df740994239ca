import { defineConfig } from 'vitest/config';

/* A project with tests that fail, for the tests of the reporter. */

export default defineConfig({
  test: {
    name: 'sample',
    root: import.meta.dirname,
    include: ['*.sample.ts'],
    reporters: [['../quiet-reporter.ts', { progressMs: 1 }]],
  },
});
