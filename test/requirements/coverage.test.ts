import { describe, expect, test } from 'vitest';
import {
  describeCoverage,
  missingTests,
  namedIn,
  parseRequirements,
  requirementsCoverage,
} from '../../scripts/requirements-coverage.ts';

const row = (id: string, level: string) => `| ${id}  | ${level}   | What is asked | RFC 1 §2 |\n`;

describe('the table of requirements', () => {
  test('has rows with an id, a level and words', () => {
    expect(parseRequirements(`| id | level |\n| -- | ----- |\n${row('XY1', 'MUST')}${row('XY12', 'SHOULD')}`)).toEqual([
      { id: 'XY1', level: 'MUST', what: 'What is asked' },
      { id: 'XY12', level: 'SHOULD', what: 'What is asked' },
    ]);
  });

  test('has no id twice', () => {
    expect(() => parseRequirements(row('XY1', 'MUST') + row('XY1', 'MUST'))).toThrow('XY1 is in the table twice');
  });
});

describe('a test file', () => {
  test.each([
    ["test('XY1: does it', f)", ['XY1']],
    ["describe('it does (XY1 XY2, XY3)', f)", ['XY1', 'XY2', 'XY3']],
    ['test.each(rows)(`XY1: $name`, f)', ['XY1']],
    ["// XY1 is for later\n['XY2', 1]", ['XY1', 'XY2']],
    ['/*\n * XY1: in a comment\n */', ['XY1']],
    ['const XY1 = XY2 + 3;', []],
    ["const challenge = 'ab-XY1-_XY2xXY3';", []],
    ["test('XY123 is no id', f)", []],
  ])('%j names %j', (source, ids) => {
    expect([...namedIn(source).keys()]).toEqual(ids);
  });

  test('names them at their lines', () => {
    expect(namedIn("\ntest('XY1', f)\ntest('XY1, XY1', f)").get('XY1')).toEqual([2, 3]);
  });
});

describe('the coverage', () => {
  const covered = requirementsCoverage('.');

  test('has all the rows', () => {
    expect(covered.length).toBeGreaterThan(120);
  });

  test('every MUST of docs/requirements.md is named by a test (npm run coverage:requirements)', () => {
    expect(missingTests(covered).map(({ id }) => id)).toEqual([]);
  });

  test('is told row by row, and what is missing at the end', () => {
    const missing = { id: 'XY1', level: 'MUST', what: 'What is asked', tests: [] } as const;
    const wished = { id: 'XY2', level: 'SHOULD', what: 'What is wished', tests: [] } as const;
    const tested = { id: 'XY3', level: 'MUST', what: 'Done', tests: ['test/a.test.ts:1', 'test/b.test.ts:2'] } as const;
    const rows = [missing, wished, tested].map((each) => ({ ...each, tests: [...each.tests] }));
    expect(missingTests(rows)).toEqual([{ ...missing, tests: [] }]);
    expect(describeCoverage(rows)).toBe(
      [
        'XY1   MUST   no test',
        'XY2   SHOULD no test',
        'XY3   MUST   test/a.test.ts:1 and 1 more',
        '3 requirements, MUST without a test: XY1 (What is asked)',
        '',
      ].join('\n'),
    );
  });
});
