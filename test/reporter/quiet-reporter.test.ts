import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

/* O6: what `npm test` prints, by a run of the sample project. */

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/reporter/sample/vitest.config.ts'];

function run(files: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...vitest, ...files], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env },
  });
  return { status, output: stdout, all: `${stdout}${stderr}`, last: stdout.trimEnd().split('\n').at(-1) };
}

test('O6: when all is well there is a line per project, what was skipped and why, and the closing line', () => {
  const { status, all } = run(['well']);
  expect(status).toBe(0);
  expect(all.split('\n')).toEqual([
    'skipped: well.sample.ts > cannot run: the moon is not full',
    'sample: 1 passed, 0 failed, 1 skipped',
    '1 passed, 0 failed, 1 skipped',
    '',
  ]);
});

describe('O6: when something fails', () => {
  const { status, all, last } = run([]);

  test.each([
    ['the name of the test', /FAIL .*failing\.sample\.ts > compares/],
    ['the assertion', /expected \{ kept: 1, changed: 'is' \} to deeply equal/],
    ['the difference', /- {3}"changed": "should be",\n\+ {3}"changed": "is",/],
    ['the place', /failing\.sample\.ts:9:\d+/],
    ['what the test wrote', /stdout \| failing\.sample\.ts > compares\nwhat the test that failed had to say/],
    ['the hook that failed', /a group\nError: the hook did not work\n[\s\S]*failing\.sample\.ts:14:\d+/],
    ['the file that cannot be loaded', /unloadable\.sample\.ts[\s\S]*Error: this file cannot be loaded/],
  ])('%s is there', (_, told) => {
    expect(all).toMatch(told);
  });

  test('tests that passed are still quiet', () => {
    expect(all).not.toContain('chatter of a test that passed');
  });

  test('the closing line counts the test, the group and the file, and the exit code is 1', () => {
    expect({ status, last }).toEqual({ status: 1, last: '2 passed, 3 failed, 2 skipped' });
  });
});

test('O6: in CI it says how far it is while it takes long', () => {
  expect(run(['well'], { CI: 'true' }).output).toMatch(/^\d+ s: done 0 of 1 files, running: (none|well\.sample\.ts)$/m);
});
