import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/* docs/threat-model.md and docs/asvs.md name the tests that show what they say: `flows/rfc7636` is test/flows/rfc7636.test.ts. */

const read = (file: string) => readFileSync(file, 'utf8');

/** The rows of all tables of a document, by the heads of their columns. */
function rowsOf(file: string): Record<string, string>[] {
  const cells = (line: string) => line.split('|').map((cell) => cell.trim()).slice(1, -1); // biome-ignore format: one line
  const tables = read(file).match(/(?:^\|.*\n)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [head = '', , ...lines] = table.trimEnd().split('\n');
    const names = cells(head);
    return lines.map((line) => Object.fromEntries(cells(line).map((cell, index) => [names[index] ?? '', cell])));
  });
}

const named = (text: string): string[] => [...text.matchAll(/`([a-z]+\/[a-z0-9-]+)`/g)].map(([, name]) => name ?? '');

describe.each(['docs/threat-model.md', 'docs/asvs.md'])('%s', (file) => {
  test('names test files that exist', () => {
    const names = named(read(file));
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !existsSync(join('test', `${name}.test.ts`)))).toEqual([]);
  });

  test('has a test, or a document, for whatever is done', () => {
    const rows = rowsOf(file).filter(({ tests }) => tests !== undefined);
    const done = rows.filter(({ verdict = 'yes' }) => ['yes', 'partly', "operator's setting"].includes(verdict));
    expect(done.length).toBeGreaterThan(50);
    expect(done.filter(({ tests = '' }) => named(tests).length === 0 && !tests.includes('.md'))).toEqual([]);
  });
});

/** How many requirements the sections of OWASP ASVS 5.0 have, chapters 6, 7 and 10. */
const requirements: [section: string, count: number][] = [
  ['6.1', 3], ['6.2', 12], ['6.3', 8], ['6.4', 6], ['6.5', 8], ['6.6', 4], ['6.7', 2], ['6.8', 4],
  ['7.1', 3], ['7.2', 4], ['7.3', 2], ['7.4', 5], ['7.5', 3], ['7.6', 2],
  ['10.1', 2], ['10.2', 3], ['10.3', 5], ['10.4', 16], ['10.5', 5], ['10.6', 2], ['10.7', 3],
]; // biome-ignore format: one chapter per line

test('docs/asvs.md has every requirement of its chapters once, in order, with a verdict that it explains', () => {
  const rows = rowsOf('docs/asvs.md');
  const judged = rows.filter(({ number }) => number !== undefined);
  expect(judged.map(({ number }) => number)).toEqual(
    requirements.flatMap(([section, count]) => Array.from({ length: count }, (_, index) => `${section}.${index + 1}`)),
  );
  const explained = rows.filter(({ means }) => means !== undefined).map(({ verdict }) => verdict);
  expect(explained).toHaveLength(5);
  expect(judged.filter(({ verdict }) => !explained.includes(verdict))).toEqual([]);
});
